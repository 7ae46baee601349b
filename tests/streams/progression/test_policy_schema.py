from typing import get_args

import pytest

from streams.progression.policy import find
from streams.progression.policy_schema import (
    CONTEXT,
    MORNING,
    SIGNALS,
    Condition,
    Signal,
    advice_of,
    conditions,
)
from streams.progression.signals import Signals


def test_every_signal_of_the_schema_is_a_signal_of_a_session() -> None:
    assert set(get_args(Signal)) == set(SIGNALS) == set(vars(Signals()))
    assert set(SIGNALS) >= CONTEXT | MORNING


def test_a_policy_knows_the_signals_that_it_uses() -> None:
    default, after_surgery = find("default_msk", 1), find("post_surgical_lower_limb", 1)
    assert default is not None
    assert after_surgery is not None
    assert "effusion_course" not in default.uses
    assert {"effusion_course", "sessions_7d", "pain_after"} <= after_surgery.uses
    assert {each.signal for each in conditions(default)} <= default.uses


def test_the_signals_of_a_second_bound_are_used_too() -> None:
    back = find("neck_low_back_pain", 1)
    assert back is not None
    assert {each.when.signal for each in conditions(back) if each.when is not None} == {"pain_during"}


def test_gates_run_from_below_and_begin_with_the_first_sign_off() -> None:
    after_surgery = find("post_surgical_lower_limb", 1)
    assert after_surgery is not None
    assert after_surgery.gates == ("S3", "S4", "S5", "S6")


@pytest.mark.parametrize(
    ("days", "advice", "said"),
    [
        (0, "", ""),
        (1, "", "1 day off"),
        (2, "", "2 days off"),
        (0, "repeat the session", "repeat the session"),
        (1, "repeat the session", "1 day off; repeat the session"),
    ],
)
def test_days_off_are_part_of_the_advice(days: int, advice: str, said: str) -> None:
    rule = Condition(
        rule="r", signal="soreness", says="s", basis="b", one_of=("next_day",), days_off=days, advice=advice
    )
    assert advice_of(rule) == said
