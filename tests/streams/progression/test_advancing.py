from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.vocabulary import Stage
from streams.progression.advancing import (
    Past,
    climbed_in_week,
    gate_to,
    next_needs,
    sessions_needed,
    signed,
    weighed,
)
from streams.progression.evaluate import Verdict
from streams.progression.policy import find

NOW = datetime(2026, 2, 1, tzinfo=UTC)
GOOD = Verdict("advance", "good_sessions", "all criteria for advancing were met")
DEFAULT, AFTER_SURGERY = find("default_msk", 1), find("post_surgical_lower_limb", 1)
assert DEFAULT is not None
assert AFTER_SURGERY is not None


def after(policy: Any, stage: Stage, streak: int, **past: Any) -> Verdict:
    given = {"advanced_at": (), "signed_off": None} | past
    return weighed(GOOD, Past(stage, streak, **given), policy, NOW)


def test_a_verdict_that_is_not_good_stays_as_it_is() -> None:
    hold = Verdict("hold", "quality_low", "less than 80 % of the movements were done well")
    assert weighed(hold, Past("S1", 0, (), None), DEFAULT, NOW) is hold  # type: ignore[arg-type]


def test_two_good_sessions_advance_and_one_does_not() -> None:
    assert after(DEFAULT, "S1", 1).rule == "consecutive_sessions"
    assert after(DEFAULT, "S1", 2).action == "advance"
    assert after(DEFAULT, "S1", 2).says == after(DEFAULT, "S1", 5).says == "2 good sessions in a row"


def test_after_a_step_back_more_good_sessions_are_needed_where_the_policy_says_so() -> None:
    assert [sessions_needed(each, regressed=True) for each in (DEFAULT, AFTER_SURGERY)] == [2, 3]  # type: ignore[arg-type]
    assert after(AFTER_SURGERY, "S0", 2, regressed=True).rule == "consecutive_sessions"
    assert after(AFTER_SURGERY, "S0", 3, regressed=True).action == "advance"


def test_the_pace_of_a_week_is_capped() -> None:
    assert after(DEFAULT, "S1", 2, advanced_at=(NOW, NOW)).rule == "pace_cap"
    week_ago = NOW - timedelta(days=7)
    assert after(DEFAULT, "S1", 2, advanced_at=(week_ago, NOW)).action == "advance"
    assert climbed_in_week((week_ago, NOW), NOW) == (NOW,)


def test_the_top_of_the_ladder_is_the_end() -> None:
    assert after(DEFAULT, "S6", 2, signed_off="S6").rule == "top_of_ladder"
    assert next_needs("S6", 0, None, DEFAULT) == ()


@pytest.mark.parametrize(
    ("stage", "signed_off", "rule"),
    [
        ("S1", None, "good_sessions"),
        ("S2", None, "sign_off"),
        ("S2", "S3", "good_sessions"),
        ("S3", "S3", "sign_off"),
        ("S3", "S4", "good_sessions"),
        ("S4", "S6", "good_sessions"),
    ],
)
def test_each_gate_asks_for_its_own_sign_off(stage: Stage, signed_off: Stage | None, rule: str) -> None:
    assert after(AFTER_SURGERY, stage, 2, signed_off=signed_off).rule == rule


def test_one_gate_signs_off_the_rest_of_the_ladder() -> None:
    assert after(DEFAULT, "S3", 2).rule == "sign_off"
    assert after(DEFAULT, "S5", 2, signed_off="S4").action == "advance"
    assert [gate_to(stage, DEFAULT) for stage in ("S3", "S4", "S6")] == [None, "S4", "S4"]  # type: ignore[arg-type]


def test_a_missing_sign_off_says_what_to_confirm() -> None:
    (needed,) = next_needs("S3", 2, "S3", AFTER_SURGERY)
    assert needed.code == "sign_off"
    assert "full extension, flexion within 10 degrees" in needed.text


def test_what_a_clinician_sets_counts_from_the_first_gate_on_and_the_highest_stands() -> None:
    assert signed("S3", DEFAULT, None) is None
    assert signed("S4", DEFAULT, None) == "S4"
    assert signed("S4", DEFAULT, "S6") == signed("S6", DEFAULT, "S4") == "S6"
    assert signed("S2", DEFAULT, "S6") == "S6"
    assert signed("S6", None, None) is None


def test_without_a_policy_nothing_can_be_told() -> None:
    assert [each.code for each in next_needs("S1", 2, None, None)] == ["no_policy"]
