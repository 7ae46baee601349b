"""One patient: the stage and why, what is missing, and how it has gone."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboards.words import stage

Open = Callable[..., Any]


@pytest.fixture
def patient(therapist: tuple[str, str], truth: Callable[..., Any]) -> tuple[str, str]:
    """An open patient of the therapist with more than one step and more than one value."""
    ((key, episode),) = truth(
        "SELECT patient_key, episode_id FROM fct_track JOIN fct_outcome USING (patient_key, episode_id) "
        "WHERE fct_track.therapist = ? AND is_open AND stage > 'S1' AND day > 0 ORDER BY ALL LIMIT 1",
        therapist[1],
    )
    return key, episode


def _look_at(patient: tuple[str, str]) -> Callable[[Any], Any]:
    return lambda page: page.selectbox(key="patient").set_value(patient)


def test_the_stage_why_and_what_is_missing_are_the_releases(
    open_page: Open, therapist: tuple[str, str], patient: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page("one_patient", "therapist", *therapist, touch=_look_at(patient))
    for current, missing, adherence in truth(
        "SELECT stage, missing, adherence_14d FROM fct_track WHERE patient_key = ?", patient[0]
    ):
        assert f"Stage {stage(current)}" in shown.html
        assert all(each in shown.html for each in missing)
        assert f"{100 * adherence:.0f} %" in shown.html


def test_every_value_is_in_the_table_of_its_figure(
    open_page: Open, therapist: tuple[str, str], patient: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page("one_patient", "therapist", *therapist, touch=_look_at(patient))
    courses = [
        line.split(",")
        for name, text in shown.files.items()
        if name.startswith("course-")
        for line in text.splitlines()[1:]
    ]
    found = sorted((int(day), float(value)) for day, value, _ in courses)
    real = truth("SELECT day, value FROM fct_outcome WHERE patient_key = ? ORDER BY ALL", patient[0])
    assert found == sorted(real)


def test_every_step_is_listed_with_its_evidence(
    open_page: Open, therapist: tuple[str, str], patient: tuple[str, str], truth: Callable[..., Any]
) -> None:
    shown = open_page("one_patient", "therapist", *therapist, touch=_look_at(patient))
    lines = sum(len(text.splitlines()) - 1 for name, text in shown.files.items() if name.startswith("steps-"))
    assert lines == truth("SELECT count(*) FROM fct_transition WHERE patient_key = ?", patient[0])[0][0]


def test_each_side_of_a_muscle_group_has_its_own_steps(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page("one_patient", "therapist", "harbour", "t-ha-both")
    for side in ("left", "right"):
        lines = shown.files[f"steps-hamstrings-{side}"].splitlines()[1:]
        real = truth(
            "SELECT to_stage FROM fct_transition WHERE therapist = 't-ha-both' AND side = ? "
            "ORDER BY occurred_at", side,
        )  # fmt: skip
        assert [line.split(",")[3] for line in lines] == [stage for (stage,) in real]


def test_a_strangers_patient_cannot_be_chosen(
    open_page: Open, therapist: tuple[str, str], truth: Callable[..., Any]
) -> None:
    ((key, episode),) = truth(
        "SELECT patient_key, episode_id FROM fct_episode WHERE therapist <> ? ORDER BY ALL LIMIT 1",
        therapist[1],
    )

    def slip_in(page: Any) -> None:
        page.session_state["patient"] = (key, episode)

    shown = open_page("one_patient", "therapist", *therapist, before=slip_in)
    assert shown.run.selectbox(key="patient").value != (key, episode)
    assert f"Patient {key}" not in shown.html


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page("one_patient", "therapist", at=tmp_path).said
