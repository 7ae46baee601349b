"""The last gate in words, and the rows behind a check of what was built."""

from datetime import UTC, datetime

import duckdb
import pytest

from contracts.settings import Home
from infra.checking import checks_of_last_gate, gate_state, violating
from infra.refusal import Refusal
from warehouse.building import Place
from warehouse.gate import keep_gate
from warehouse.quality import Checked

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def checked(name: str, passed: bool, severity: str, status: str) -> Checked:
    return Checked(
        name, "Says.", "plausibility", severity, "t", passed, 2.0, 1.0, "2 of 9", "", "SELECT 1", status, "6"
    )


CHECKS = [
    checked("fine", True, "warn", "passed"),
    checked("words_shift", False, "warn", "persisting"),
    checked("side_swapped", False, "refuse", "new"),
    checked("cadence", True, "warn", "resolved"),
]


@pytest.fixture
def built(home: Home) -> Home:
    place = Place(home.marts / "building")
    place.work.mkdir(parents=True)
    with duckdb.connect(str(place.candidate)) as connection:
        connection.execute(
            "CREATE TABLE fct_session AS SELECT 'p' AS patient_key, 's' AS session_key, 1.5 AS quality"
        )
    return home


def test_before_the_first_gate_there_is_nothing_to_tell(home: Home) -> None:
    assert gate_state(home) is None
    with pytest.raises(Refusal, match="myomap refresh"):
        checks_of_last_gate(home, everything=True)


def test_a_refusal_and_what_warns_are_told(home: Home) -> None:
    keep_gate(home.marts, "7", AT, AT, CHECKS, "1 of 4 quality checks failed: side_swapped (2 of 9).")
    told = gate_state(home)
    assert told is not None
    assert told.told().splitlines() == [
        "Last gate (2026-06-01T12:00 UTC): candidate 7 was refused. 1 of 4 quality checks failed: "
        "side_swapped (2 of 9).",
        "  warns: words_shift, persisting since 6: 2 of 9",
    ]


def test_a_gate_that_passed_is_told_in_a_line(home: Home) -> None:
    keep_gate(home.marts, "7", AT, AT, CHECKS[:1], None)
    told = gate_state(home)
    assert told is not None
    assert told.told() == "Last gate (2026-06-01T12:00 UTC): release 7 passed"


def test_what_fails_stands_first_and_what_passed_only_when_asked_for(home: Home) -> None:
    keep_gate(home.marts, "7", AT, AT, CHECKS, None)
    assert [each["check_id"] for each in checks_of_last_gate(home, everything=False)] == [
        "side_swapped", "words_shift", "cadence",
    ]  # fmt: skip
    assert len(checks_of_last_gate(home, everything=True)) == 4


def test_the_violating_rows_of_what_was_built_are_shown(built: Home) -> None:
    found = violating(built, "fct_session.quality.range", 100)
    assert (found.columns, found.rows) == (("patient_key", "session_key", "quality"), (("p", "s", 1.5),))
    with pytest.raises(Refusal, match="There is no check 'beauty'"):
        violating(built, "beauty", 100)


def test_without_a_build_it_says_how_to_make_one(home: Home) -> None:
    with pytest.raises(Refusal, match="myomap refresh"):
        violating(home, "cadence", 100)
