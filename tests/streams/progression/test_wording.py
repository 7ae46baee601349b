from datetime import UTC, datetime

import pytest

from streams.progression.cited import Cited
from streams.progression.policy import SIGNALS
from streams.progression.wording import SIGNALS as TOLD
from streams.progression.wording import day, days, evidence, said, signals, stage, times

LATE = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)


def on(month: int, number: int, year: int = 2026) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


def test_a_day_is_that_of_the_clinics_calendar() -> None:
    assert day(LATE, "UTC") == "31 August 2026"
    assert day(LATE, "Europe/Berlin") == "1 September 2026"
    assert day(LATE, "nowhere") == "31 August 2026"


@pytest.mark.parametrize(
    ("instants", "text"),
    [
        ([], ""),
        ([on(3, 2), on(3, 2)], "2 March 2026"),
        ([on(3, 2), on(3, 9)], "2 and 9 March 2026"),
        ([on(3, 9), on(3, 2), on(3, 5)], "2 to 9 March 2026"),
        ([on(3, 30), on(4, 1)], "30 March and 1 April 2026"),
        ([on(12, 30), on(1, 2, 2027)], "30 December 2026 and 2 January 2027"),
    ],
)
def test_days_are_said_without_repeating_month_and_year(instants: list[datetime], text: str) -> None:
    assert days(instants, "UTC") == text


def test_stages_words_and_counts_are_said_as_people_say_them() -> None:
    assert stage("S3") == "S3 weight bearing"
    assert said("hip_abductors") == "hip abductors"
    assert [times(count) for count in (1, 2, 3)] == ["once", "twice", "3 times"]


def test_what_was_known_of_a_session_is_one_sentence() -> None:
    known = {
        "red_flag": False, "effusion_grade": 0, "pain_during": 2.0, "pain_next_morning": 1.5,
        "next_morning_rise": -0.5, "pain_rises": 0, "soreness": "none", "quality": 0.9, "reps_share": 1.0,
    }  # fmt: skip
    assert signals(known) == (
        "pain (of 10) 2 during the session, 1.5 the next morning, 0.5 points less than is usual of a "
        "morning, no soreness, 90% of the movements done well, 100% of the repetitions done"
    )


def test_what_is_bad_is_told() -> None:
    known = {"red_flag": True, "effusion_grade": 2, "pain_rises": 2, "soreness": "next_day"}
    assert signals(known) == (
        "a red flag, mean pain rose in two weeks in a row, soreness (next day), effusion grade 2"
    )


def test_every_signal_of_a_policy_has_its_words() -> None:
    """One that nobody thought of is still told, by its name."""
    phases = {"pain_during", "pain_after", "pain_next_morning", "red_flag"}
    assert set(SIGNALS) - phases <= set(TOLD)
    assert signals({"grip_at_rest": 3.0}) == "grip at rest 3"


def test_evidence_is_counted_by_kind_with_its_days() -> None:
    parts = [
        Cited("a", "SessionRecorded", on(3, 2), ""),
        Cited("b", "SessionRecorded", on(3, 9), ""),
        Cited("c", "ProgramAssigned", on(2, 1), ""),
        Cited("d", "Unknown", None, ""),
    ]
    assert evidence(parts, "UTC") == (
        "1 program (1 February 2026), 2 session reports (2 and 9 March 2026), 1 event that is no longer kept"
    )
