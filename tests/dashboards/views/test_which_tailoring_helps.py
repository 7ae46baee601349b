"""The director's comparison: an answer with all that belongs to it, or a refusal without a number."""

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]
PAGE = "which_tailoring_helps"


def _choose(condition: str, measure: str | None = None) -> Callable[[Any], None]:
    def touch(page: Any) -> None:
        page.selectbox(key="compare_condition").set_value(condition)
        page.run()
        if measure:
            page.selectbox(key="compare_measure").set_value(measure)
            page.run()
        page.selectbox(key="compare_horizon").set_value("latest")

    return touch


def test_an_answer_names_both_programs_n_interval_and_completeness(
    open_page: Open, truth: Callable[..., Any]
) -> None:
    shown = open_page(PAGE, "director", touch=_choose("low_back_pain", "rmdq"))
    assert "An answer" in shown.html
    assert "was associated with" in shown.html
    for program, measured in truth(
        "SELECT program, count(follow_up) FROM fct_change WHERE measure = 'rmdq' "
        "AND horizon = 'latest' AND due "
        "AND muscle_group = 'lumbar_extensors' GROUP BY 1"
    ):
        assert f"{program.replace('_', ' ')}: {measured} of" in shown.html
    assert "effective size" in shown.html
    assert "difference" in shown.files
    assert len(shown.files["difference"].splitlines()) == 4


def test_a_refusal_shows_no_estimate_but_says_what_is_needed(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=_choose("repetitive_strain_injury"))
    assert "No fair comparison" in shown.html
    assert "at least 30 are needed" in shown.html
    assert "difference" not in shown.files
    assert "✕ refused" in shown.html


def test_the_thin_cell_shows_no_count(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=_choose("repetitive_strain_injury"))
    assert shown.html.count("fewer than 11") >= 2
    assert "people measured twice" not in shown.html


def test_gates_and_protocol_are_there(open_page: Open) -> None:
    shown = open_page(PAGE, "director")
    for gate in ("Protocol", "Time zero", "Size", "Overlap", "Balance", "Agreement"):
        assert gate in shown.html
    assert "**Eligibility:**" in shown.said
    assert "associated with" in shown.said


def test_a_director_of_one_clinic_has_fewer_people(open_page: Open) -> None:
    shown = open_page(PAGE, "director", "harbour", touch=_choose("low_back_pain", "rmdq"))
    assert "No fair comparison" in shown.html


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page(PAGE, "director", at=tmp_path).said
