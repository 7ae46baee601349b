"""The therapist's comparison: people of all clinics, as groups, narrowed only where groups stay large."""

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]
PAGE = "compare_before_tailoring"
WHO = ("therapist", "harbour", "t-ha-0")


def test_people_of_all_clinics_are_compared(open_page: Open, truth: Callable[..., Any]) -> None:
    def touch(page: Any) -> None:
        page.selectbox(key="compare_measure").set_value("rmdq")

    shown = open_page(PAGE, *WHO, touch=touch)
    ((people,),) = truth(
        "SELECT count(*) FROM fct_change WHERE measure = 'rmdq' AND horizon = 'week_12' AND due "
        "AND muscle_group = 'lumbar_extensors' AND program = 'stabilization_led'"
    )
    assert f"of {people} with a baseline" in shown.html
    assert "All clinics" in shown.html


def test_no_key_of_a_patient_is_on_the_page_or_in_a_file(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page(PAGE, *WHO)
    everything = shown.html + shown.said + "".join(shown.files.values())
    assert shown.files
    for (key,) in truth("SELECT DISTINCT patient_key FROM fct_episode"):
        assert key not in everything


def test_a_filter_that_leaves_few_people_is_refused_in_words(open_page: Open) -> None:
    def touch(page: Any) -> None:
        page.selectbox(key="filter_severity").set_value("severe")
        page.selectbox(key="filter_age").set_value("18-29")

    shown = open_page(PAGE, *WHO, touch=touch)
    assert "fewer than 11 people, here or by subtraction" in shown.said


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page(PAGE, "therapist", at=tmp_path).said
