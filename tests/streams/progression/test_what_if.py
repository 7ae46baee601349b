from functools import cache
from itertools import pairwise

import pytest
from demo_patients import small_states
from named_patients import CASES
from patients import Patient, at, fold

from streams.progression.codec import encode_patient
from streams.progression.course import PolicyOf
from streams.progression.derive import derived_under, released
from streams.progression.policy import POLICIES, policy_file_from
from streams.progression.state import PatientState, initial
from streams.progression.what_if import Differences, compare, compared_tracks, weeks


def draft(old: str, new: str) -> PolicyOf:
    """The default policy with one change, as the draft of a new version would have it."""
    text = POLICIES.joinpath("default_msk", "v1.yaml").read_text(encoding="utf-8")
    assert old in text
    file = policy_file_from(text.replace(old, new), "default_msk/v1.yaml")
    return lambda _program, condition, track: file.rules_for(condition, track[0])


THREE_IN_A_ROW = draft("consecutive_sessions: 2", "consecutive_sessions: 3")


def named(name: str) -> PatientState:
    return fold(next(case for case in CASES if case.name == name).patient.events())


@cache
def demo_under_three() -> Differences:
    return compare(small_states(), released, THREE_IN_A_ROW)


def test_the_same_policy_changes_nothing() -> None:
    found = compare(small_states(), released, draft("version: 1", "version: 1"))
    assert found.tracks > 100
    assert (found.decisions_differ, found.now["lower"], found.now["higher"]) == (0, 0, 0)
    assert found.differing == ()
    assert found.reasons == ()


def test_a_stricter_policy_has_the_demos_tracks_lower_or_there_later_and_never_higher() -> None:
    found = demo_under_three()
    assert found.now["lower"] > 20
    assert found.now["higher"] == 0
    assert found.same_stage_since["later"] > found.same_stage_since["earlier"]
    assert found.patients_elsewhere > 20
    (most, *_) = found.reasons
    assert (most.current_action, most.tried_action) == ("advance", "hold")
    assert most.tried_rule == "consecutive_sessions"


def test_who_when_and_why_is_said_of_each_track_that_parts() -> None:
    (track,) = compare([named("steady_improver")], released, THREE_IN_A_ROW).differing
    assert (track.current.stage, track.tried.stage, track.now) == ("S2", "S1", "lower")
    assert [(when, stage) for when, stage in track.tried.entered] == [(at(0.01), "S0"), (at(17.9), "S1")]
    assert track.parting is not None
    assert track.parting.at == at(10)
    current, tried = track.parting.current, track.parting.tried
    assert current is not None and tried is not None
    assert (current.action, current.from_stage, current.to_stage) == ("advance", "S0", "S1")
    assert (tried.action, tried.from_stage, tried.to_stage) == ("hold", "S0", "S0")
    assert (tried.rule, tried.says) == (
        "consecutive_sessions",
        "a good session, but not yet enough of them in a row",
    )
    assert (track.decisions, track.decisions_differ) == (5, 4)


def test_a_track_that_only_comes_later_to_its_stage_is_told_as_that() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for day in (3, 10, 17):
        patient.session(day)
    (track,) = compare([fold(patient.events())], released, THREE_IN_A_ROW).compared
    assert (track.now, track.there_since) == ("same", "later")


def test_what_a_therapist_set_stands_under_both() -> None:
    (track,) = compare([named("waits_for_sign_off")], released, THREE_IN_A_ROW).compared
    assert [stage for _, stage in track.tried.entered] == ["S3", "S4"]
    assert track.tried.at(at(21)) == track.current.at(at(21)) == "S4"


def test_each_path_is_what_derives_under_its_policy() -> None:
    for state in small_states()[:20]:
        derived = derived_under(state, THREE_IN_A_ROW)
        stages = [track.course.stage for each in derived.episodes.values() for track in each.tracks]
        assert [each.tried.stage for each in compared_tracks(state, released, THREE_IN_A_ROW)] == stages


def test_the_counts_add_up() -> None:
    found = demo_under_three()
    assert sum(map(sum, found.stages)) == found.tracks == len(found.compared)
    lower = sum(row[there] for here, row in enumerate(found.stages) for there in range(here))
    assert lower == found.now["lower"]
    assert sum(found.now.values()) == found.tracks
    assert sum(found.same_stage_since.values()) == found.now["same"]
    assert sum(each.tracks for each in found.reasons) == len(found.differing)
    assert found.decisions_differ == sum(each.decisions_differ for each in found.compared)


def test_weeks_end_with_the_last_event_and_count_open_tracks() -> None:
    found = demo_under_three()
    told = weeks(found)
    assert found.as_of is not None
    assert 0 < (told[-1].ends_at - found.as_of).total_seconds() <= 7 * 86_400
    assert {(after.ends_at - before.ends_at).days for before, after in pairwise(told)} == {7}
    still_open = [each for each in found.compared if each.until is None or each.until >= told[-1].ends_at]
    assert told[-1].lower + told[-1].same + told[-1].higher == len(still_open)
    assert told[-1].lower == sum(each.now == "lower" for each in still_open)
    assert weeks(compare([], released, released)) == ()


def test_the_order_of_the_patients_does_not_show() -> None:
    assert compare(reversed(small_states()), released, THREE_IN_A_ROW) == demo_under_three()


def test_nothing_of_a_state_changes() -> None:
    for state in small_states()[:10]:
        before, memo = encode_patient(state), dict(state.memo)
        compare([state], released, THREE_IN_A_ROW)
        assert (encode_patient(state), state.memo) == (before, memo)


def test_tracks_on_another_stage_are_listed_first() -> None:
    standings = [each.now == "same" for each in demo_under_three().differing]
    assert standings == sorted(standings)


def test_only_the_episodes_of_the_chosen_conditions_are_looked_at() -> None:
    found = compare(small_states(), released, THREE_IN_A_ROW, frozenset({"neck_pain"}))
    assert {each.condition for each in found.compared} == {"neck_pain"}
    assert 0 < found.tracks < demo_under_three().tracks


@pytest.mark.parametrize("state", [initial(), PatientState(patient_key="a" * 32, erased=True)])
def test_who_has_no_episode_has_no_track(state: PatientState) -> None:
    found = compare([state], released, THREE_IN_A_ROW)
    assert (found.patients, found.tracks, found.as_of) == (0, 0, None)


def test_a_policy_that_nobody_knows_moves_nothing() -> None:
    found = compare([named("steady_improver")], lambda *_: None, released)
    (track,) = found.compared
    assert (track.current.policy, track.current.stage, track.tried.stage) == ("none", "S0", "S2")
    assert track.parting is not None
    assert track.parting.current is None
    assert found.reasons[0].current_action == "none"


def test_where_criteria_were_not_met_it_is_said_which() -> None:
    tolerant = draft("at_most: 2", "at_most: 0.5")
    (track,) = compare([named("steady_improver")], released, tolerant).compared
    assert track.parting is not None
    assert track.parting.tried is not None
    assert track.parting.tried.says == "not met: pain during the session has to be at most 2"
