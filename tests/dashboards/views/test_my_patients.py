"""The therapist's list: own open tracks with their marks, and nobody else's."""

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]


def test_counts_are_those_of_the_release(
    open_page: Open, therapist: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page("my_patients", "therapist", *therapist)
    ((tracks, people, plateau, regression, due),) = truth(
        "SELECT count(*), count(DISTINCT patient_key), count(*) FILTER (plateau), "
        "count(*) FILTER (regression), "
        "count(*) FILTER (next_review_at <= as_of) FROM fct_track WHERE is_open AND therapist = ?",
        therapist[1],
    )
    for words, number in (
        ("Open tracks", tracks),
        ("Falling back", regression),
        ("Standing still", plateau),
        ("Review due", due),
    ):
        assert f'<div class="what">{words}</div><div class="big">{number}</div>' in shown.html
    assert f"of {people} patients" in shown.html
    assert len(shown.files["tracks"].splitlines()) == tracks + 1


def test_no_patient_of_another_therapist_is_listed(
    open_page: Open, therapist: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page("my_patients", "therapist", *therapist)
    own = {key for (key,) in truth("SELECT patient_key FROM fct_track WHERE therapist = ?", therapist[1])}
    listed = {line.split(",")[0] for line in shown.files["tracks"].splitlines()[1:]}
    assert listed
    assert listed <= own


def test_one_patient_is_a_click_away(open_page: Open, therapist: tuple[str, str]) -> None:
    shown = open_page(
        "my_patients",
        "therapist",
        *therapist,
        touch=lambda page: next(b for b in page.button if b.label == "Open").click(),
    )
    assert "Where is this patient" in shown.html


def test_a_mark_narrows_the_list(
    open_page: Open, therapist: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page(
        "my_patients", "therapist", *therapist, touch=lambda p: p.selectbox(key="mark").set_value("plateau")
    )
    ((plateau,),) = truth(
        "SELECT count(*) FROM fct_track WHERE is_open AND plateau AND therapist = ?", therapist[1]
    )
    assert len(shown.files["tracks"].splitlines()) == plateau + 1


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page("my_patients", "therapist", at=tmp_path).said
