"""A change of rules, patient by patient: rows, facts and stages against a fresh derivation."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pytest
from demo_patients import events_of, small_demo
from patients import fold

from contracts import topics
from streams.messages import transition_message
from streams.progression.codec import encode
from streams.progression.course import PolicyOf
from streams.progression.decisions import FactChange, facts
from streams.progression.derive import derived_under, released
from streams.progression.state import PatientState
from streams.refolding import Moved, anew, caused, refolded
from streams.rows import EpisodeRow, PatientRow


def slower(program: Any, condition: Any, track: Any) -> Any:
    """The released rules with one number changed: twice as many good sessions in a row to advance."""
    policy = released(program, condition, track)
    if policy is None:
        return None
    advance = msgspec.structs.replace(
        policy.advance, consecutive_sessions=2 * policy.advance.consecutive_sessions
    )
    return msgspec.structs.replace(policy, advance=advance)


@cache
def states() -> tuple[PatientState, ...]:
    return tuple(fold(said) for _, said in sorted(events_of(small_demo()).items()))


def row_of(state: PatientState) -> PatientRow:
    row, episodes = encode(state)
    return PatientRow(row, {name: EpisodeRow(*parts) for name, parts in episodes.items()})


def fresh(state: PatientState, policy_of: PolicyOf) -> PatientState:
    """The state as a fold under these rules would have derived it."""
    return replace(state, memo={"derived": derived_under(state, policy_of)})


def stages(state: PatientState) -> dict[tuple[str, str, str], str]:
    _, episodes = encode(state)
    return {
        (name, track["muscle_group"], track["side"]): track["stage"]
        for name, (view, _) in episodes.items()
        for track in json.loads(view)["tracks"]
    }


def test_under_the_same_rules_nothing_is_different() -> None:
    for state in states():
        found = refolded(row_of(state))
        assert (found.state, found.episodes) == (row_of(state).state, row_of(state).episodes)
        assert (found.changes, found.moved) == ((), ())


def test_the_rows_are_those_of_a_fresh_fold_under_the_new_rules() -> None:
    for state in states():
        found, expected = refolded(row_of(state), slower), row_of(fresh(state, slower))
        assert (found.state, found.episodes) == (expected.state, expected.episodes)


def test_exactly_those_moved_whose_stage_is_another_one() -> None:
    moved = 0
    for state in states():
        found, before, after = refolded(row_of(state), slower), stages(state), stages(fresh(state, slower))
        assert {(each.episode_id, each.muscle_group, each.side): each.to_stage for each in found.moved} == {
            track: stage for track, stage in after.items() if before[track] != stage
        }
        assert all(each.patient_key == state.patient_key for each in found.moved)
        assert all(
            before[each.episode_id, each.muscle_group, each.side] == each.from_stage for each in found.moved
        )
        assert found.tracks == len(before)
        moved += len(found.moved)
    assert moved > 20


def test_the_changes_turn_what_stood_into_what_stands() -> None:
    withdrawn = 0
    for state in states():
        stood = {fact.fact_id for fact in facts(state)}
        changes = refolded(row_of(state), slower).changes
        for each in changes:
            if each.change == "published":
                stood.add(each.fact.fact_id)
            else:
                withdrawn += 1
                stood.remove(each.fact.fact_id)
        assert stood == {fact.fact_id for fact in facts(fresh(state, slower))}
    assert withdrawn > 20


def test_a_withdrawal_tells_what_stood_though_the_rules_that_gave_it_are_gone() -> None:
    state = next(each for each in states() if refolded(row_of(each), slower).changes)
    known = {fact.fact_id: fact for fact in facts(state)}
    for each in refolded(row_of(state), slower).changes:
        if each.change == "withdrawn":
            fact = known[each.fact.fact_id]
            told = ("patient_key", "episode_id", "kind", "muscle_group", "side", "from_stage", "to_stage")
            assert all(getattr(each.fact, name) == getattr(fact, name) for name in told)
            assert (each.fact.rule, each.fact.occurred_at) == (fact.rule, fact.occurred_at)
            assert each.fact.evidence == ()


def test_there_and_back_again_is_where_it_began() -> None:
    for state in states():
        there = refolded(row_of(state), slower)
        episodes = {name: each for name, each in there.episodes.items() if each is not None}
        back = refolded(PatientRow(there.state, episodes))
        assert (back.state, back.episodes) == (row_of(state).state, row_of(state).episodes)
        assert {(each.from_stage, each.to_stage) for each in back.moved} == {
            (each.to_stage, each.from_stage) for each in there.moved
        }


def test_a_view_without_history_withdraws_nothing_and_publishes_all() -> None:
    state = next(each for each in states() if facts(each))
    row = row_of(state)
    views = {name: json.loads(each.view) for name, each in row.episodes.items()}
    for view in views.values():
        for track in view["tracks"]:
            del track["history"]
    old = {
        name: EpisodeRow(json.dumps(view).encode(), row.episodes[name].detail) for name, view in views.items()
    }
    changes = refolded(PatientRow(row.state, old)).changes
    assert {each.fact.fact_id for each in changes} == {fact.fact_id for fact in facts(state)}
    assert {each.change for each in changes} == {"published"}


def test_a_track_that_a_stored_view_has_and_todays_fold_has_not_is_told() -> None:
    state = next(each for each in states() if facts(each))
    row = row_of(state)
    name, episode = next(iter(row.episodes.items()))
    stray = EpisodeRow(episode.view, anew_detail(row))
    found = refolded(PatientRow(row.state, {**row.episodes, "f" * 32: stray}))
    assert found.episodes["f" * 32] is None
    lost = [each for each in found.moved if each.episode_id == "f" * 32]
    assert lost and all(isinstance(each, Moved) and each.to_stage is None for each in lost)
    assert name in found.episodes


def anew_detail(row: PatientRow) -> bytes:
    """The detail of an episode of which nothing was said."""
    erased = PatientState(patient_key=anew(row).patient_key)
    small = msgspec.msgpack.decode(encode(erased)[0])
    return msgspec.msgpack.encode(
        {"version": small["version"], "said": small["rest"], "corrections": small["rest"]}
    )


def test_a_cause_gives_messages_ids_of_their_own() -> None:
    fact = next(fact for state in states() for fact in facts(state))
    message = transition_message(FactChange("published", fact), 3, 17)
    ids = {
        json.loads(each.value or b"")["message_id"]
        for each in (message, caused(message, "one"), caused(message, "two"), caused(message, "two"))
    }
    assert len(ids) == 3
    again = json.loads(caused(message, "one").value or b"")
    assert {**again, "message_id": ""} == {**json.loads(message.value or b""), "message_id": ""}
    assert (caused(message, "one").topic, caused(message, "one").key) == (topics.TRANSITIONS, message.key)


@pytest.mark.parametrize("state", [PatientState(patient_key="a" * 32, erased=True)])
def test_the_erased_stay_erased(state: PatientState) -> None:
    found = refolded(row_of(state), slower)
    assert (found.state, found.episodes, found.changes, found.moved) == (row_of(state).state, {}, (), ())
