"""A protocol fills the seven statements of a target trial and is named by their digest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from warehouse.effects.protocol import Protocol, is_due

PROTOCOL = Protocol(
    condition="low_back_pain",
    muscle_group="lumbar_extensors",
    first="stabilization_led",
    second="manual_therapy_led",
    measure="rmdq",
    label="Roland-Morris disability",
    unit="score",
    direction="lower",
)


def test_all_seven_statements_are_filled() -> None:
    statements = PROTOCOL.statements()
    assert len(statements) == 7
    assert all(statements.values())


def test_the_digest_changes_with_any_statement() -> None:
    changed = [
        replace(PROTOCOL, horizon="week_6"),
        replace(PROTOCOL, second="balance_led"),
        replace(PROTOCOL, covariates=("baseline",)),
        replace(PROTOCOL, time_zero="the first visit"),
    ]
    assert len({PROTOCOL.digest(), *(one.digest() for one in changed)}) == 5
    assert PROTOCOL.digest() == replace(PROTOCOL).digest()


def test_an_unknown_horizon_leaves_the_outcome_undeclared() -> None:
    assert replace(PROTOCOL, horizon="some_day").statements()["outcome"] == ""


def test_a_follow_up_is_due_when_its_window_has_closed() -> None:
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    assert is_due(zero, zero + timedelta(days=98), "week_12")
    assert not is_due(zero, zero + timedelta(days=97), "week_12")
    assert is_due(zero, zero, "discharge")


def test_the_sign_turns_every_measure_so_that_more_is_better() -> None:
    assert PROTOCOL.sign == -1
    assert replace(PROTOCOL, direction="higher").sign == 1
