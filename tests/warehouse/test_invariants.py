"""Recorded stage changes are held against their policies in SQL that shares no code with the fold."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts import events as said
from contracts import topics
from streams.progression.policy import policies
from warehouse.invariants import CHECKS, check_invariants, policy_bounds
from warehouse.lake import Lake
from warehouse.parity import Compared

WHEN = datetime(2026, 2, 2, 9, tzinfo=UTC)


@pytest.fixture
def plant(
    make_log: Any, make_course: Any, landed: Callable[..., Lake], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, Compared]]:
    """The checks of a lake with one person's events and these stage changes."""

    def make(*facts: dict[str, Any], more: tuple[Any, ...] = (), **changes: Any) -> dict[str, Compared]:
        log, course = make_log(), make_course(2, **changes)
        log.say(*course.events, *more)
        evidence = [event.event_id for event in (*course.events, *more)]
        for number, fact in enumerate(facts):
            value = {
                "fact_id": f"{number:032x}",
                "patient_key": course.key,
                "episode_id": course.episode,
                "kind": "stage_entered",
                "muscle_group": "quadriceps",
                "side": "left",
                "from_stage": "S0",
                "to_stage": "S1",
                "rule": "good_sessions",
                "policy": "default_msk",
                "policy_version": 1,
                "occurred_at": (WHEN + timedelta(days=number)).isoformat(),
                "evidence": evidence,
                "missing": [],
                "change": "published",
                "message_id": str(number),
                "partition": 0,
                "next_offset": 1,
            } | fact
            log.add(topics.TRANSITIONS, 0, course.key, json.dumps(value).encode())
        return {each.check: each for each in check_invariants(landed(log, tmp_path_factory.mktemp("lake")))}

    return make


def broken(checks: dict[str, Compared]) -> set[str]:
    return {name for name, each in checks.items() if each.different}


def test_what_a_worker_published_obeys_every_rule(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    checks = check_invariants(landed(clinic_log))
    assert {each.check for each in checks} == set(CHECKS)
    assert {each.different for each in checks} == {0}
    assert {each.check: each.compared for each in checks}["one_stage_at_a_time"] > 6


def test_one_honest_change_breaks_nothing(plant: Any) -> None:
    assert broken(plant({})) == set()


@pytest.mark.parametrize(("source", "target"), [("S0", "S2"), ("S3", "S1"), ("S1", "S1")])
def test_a_leap_a_fall_of_two_and_a_change_to_the_same_are_found(
    plant: Any, source: str, target: str
) -> None:
    assert "one_stage_at_a_time" in broken(plant({"from_stage": source, "to_stage": target}))


def test_what_breaks_a_rule_is_named_with_patient_field_and_values(plant: Any, make_course: Any) -> None:
    (one,) = plant({"to_stage": "S2"})["one_stage_at_a_time"].differences
    assert (one.patient_key, one.episode_id) == (make_course(2).key, make_course(2).episode)
    assert one.what.endswith("published good_sessions from S0 to S2, expected one step of at most 1")
    (one,) = plant({"inputs": GOOD | {"quality": 0.5}})["criteria_of_an_advance"].differences
    assert one.what.endswith("expected quality at_least 0.8, found 0.5")


def test_a_step_back_is_allowed(plant: Any) -> None:
    assert broken(plant({"from_stage": "S2", "to_stage": "S1", "rule": "pain_high"})) == set()


@pytest.mark.parametrize(
    "fact",
    [
        {"rule": "pain_high"},
        {"rule": "red_flag"},
        {"rule": "next_morning_worse"},
        {"rule": "never_written"},
        {"from_stage": "S1", "to_stage": "S0"},
        {"kind": "stop_raised", "to_stage": "S0"},
        {"kind": "stop_raised", "rule": "red_flag"},
    ],
    ids=str,
)
def test_a_rule_that_holds_stops_or_steps_back_never_advances_and_the_other_way_round(
    plant: Any, fact: dict[str, Any]
) -> None:
    assert "a_rule_does_what_it_is" in broken(plant(fact))


def test_a_stop_that_leaves_the_stage_is_allowed(plant: Any) -> None:
    assert broken(plant({"kind": "stop_raised", "rule": "red_flag", "to_stage": "S0"})) == set()


GOOD = {"pain_during": 2.0, "quality": 0.8, "reps_share": 1.0}


@pytest.mark.parametrize(
    "wrong", [{"pain_during": 2.5}, {"quality": 0.79}, {"reps_share": 0.9}, {"quality": None}], ids=str
)
def test_an_advance_in_spite_of_a_criterion_is_found(plant: Any, wrong: dict[str, Any]) -> None:
    assert broken(plant({"inputs": GOOD})) == set()
    inputs = {name: value for name, value in (GOOD | wrong).items() if value is not None}
    assert broken(plant({"inputs": inputs})) == {"criteria_of_an_advance"}


def test_an_advance_whose_inputs_were_never_landed_is_counted_as_skipped(plant: Any) -> None:
    assert plant({})["criteria_of_an_advance"] == Compared("criteria_of_an_advance", 0, 1, 0)


def test_a_third_level_within_seven_days_is_found_and_one_later_is_not(plant: Any) -> None:
    steps = [{"from_stage": f"S{number}", "to_stage": f"S{number + 1}"} for number in range(3)]
    assert broken(plant(*steps)) == {"levels_in_7_days"}
    steps[2]["occurred_at"] = (WHEN + timedelta(days=7)).isoformat()
    assert broken(plant(*steps)) == set()


def test_an_advance_in_spite_of_pain_is_found(plant: Any, make_course: Any) -> None:
    pain = said.SymptomReported(**make_course(2).at(WHEN, event_id="e" * 32), phase="during", pain=6.0)
    assert broken(plant({}, more=(pain,))) == {"pain_of_an_advance"}


def test_pain_that_the_therapist_did_not_see_counts_only_where_nobody_more_trusted_spoke(
    plant: Any, make_course: Any
) -> None:
    told = make_course(2).at(WHEN, event_id="e" * 32, source="home_app")
    pain = said.SymptomReported(**told, phase="during", pain=6.0)
    assert broken(plant({}, more=(pain,))) == set()
    assert broken(plant({}, more=(pain,), source="home_app")) == {"pain_of_an_advance"}


def test_evidence_that_was_corrected_is_not_looked_at_and_counted(plant: Any, make_course: Any) -> None:
    envelope = make_course(2).at(WHEN)
    pain = said.SymptomReported(**envelope | {"event_id": "e" * 32}, phase="during", pain=6.0)
    right = said.EventCorrected(**envelope | {"event_id": "d" * 32}, corrects="e" * 32, changes={"pain": 1.0})
    checks = plant({}, more=(pain, right))
    assert broken(checks) == set()
    assert checks["pain_of_an_advance"] == Compared("pain_of_an_advance", 0, 1, 0)


def test_evidence_that_nobody_landed_is_found(plant: Any) -> None:
    assert "evidence_is_landed" in broken(plant({"evidence": ["a" * 32]}))


def test_an_advance_on_too_few_sessions_is_found(plant: Any) -> None:
    assert "sessions_of_an_advance" in broken(plant({}, sessions=1))


def test_an_advance_to_heavy_load_without_sign_off_is_found(plant: Any, make_course: Any) -> None:
    step = {"from_stage": "S3", "to_stage": "S4"}
    assert broken(plant(step)) == {"sign_off_of_an_advance"}
    signed = said.StageOverridden(
        **make_course(2).at(WHEN, event_id="e" * 32),
        muscle_group="quadriceps",
        side="left",
        to_stage="S4",
        reason_code="clinical_judgement",
    )
    assert broken(plant(step, more=(signed,))) == set()


def test_a_withdrawn_change_and_one_beyond_the_landed_events_are_not_held(plant: Any) -> None:
    leap = {"to_stage": "S5"}
    withdrawn = {"fact_id": "a" * 32, "message_id": "w", "change": "withdrawn"}
    assert broken(plant(leap | {"fact_id": "a" * 32}, leap | withdrawn)) == set()
    assert broken(plant(leap | {"next_offset": 10_000})) == set()


def test_the_bounds_are_those_of_the_released_policies() -> None:
    found = {(each["policy"], each["policy_version"]): each for each in policy_bounds()}
    assert set(found) == {(policy.policy, policy.version) for policy in policies()}
    for policy in policies():
        bounds = found[policy.policy, policy.version]
        assert bounds["max_levels_per_7d"] == policy.advance.max_levels_per_7d
        assert bounds["sign_off_from"] == policy.advance.sign_off_from


def test_the_bounds_of_a_policy_with_sections_and_named_numbers_are_the_widest_that_it_gives() -> None:
    found = {each["policy"]: each for each in policy_bounds() if each["policy"] != "default_msk"}
    assert {name: each["pain_at_most"] for name, each in found.items()} == {
        "carpal_tunnel_rsi": 2,
        "neck_low_back_pain": 5,
        "post_surgical_lower_limb": 4,
    }
    assert found["neck_low_back_pain"]["consecutive_sessions"] == 2
