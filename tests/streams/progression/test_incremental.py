"""The law that both ways give the same bytes for any history is in tests/equivalence."""

from dataclasses import replace
from typing import Any

import pytest
from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression import derive, incremental
from streams.progression.codec import encode_patient
from streams.progression.fold import evolve
from streams.progression.incremental import derived
from streams.progression.state import PatientState


@pytest.fixture
def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S0")
    for day in (3, 6, 9, 12, 15):
        patient.session(day)
    return patient


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The episodes that were derived from all their events."""
    found: list[str] = []
    right = derive.episode

    def counted(key: str, gathered: Any, policy_of: Any) -> Any:
        found.append(gathered.opened.episode_id)
        return right(key, gathered, policy_of)

    monkeypatch.setattr(derive, "episode", counted)
    return found


def known(patient: Patient) -> PatientState:
    state = fold(patient.events())
    derived(state)
    return state


def after(state: PatientState, patient: Patient) -> PatientState:
    (_, event) = patient.said[-1]
    return evolve(state, event)


def same_as_fresh(state: PatientState) -> bool:
    return encode_patient(state) == encode_patient(replace(state, memo={}))


def test_an_event_in_order_derives_no_episode_from_all_its_events(ann: Patient, anew: list[str]) -> None:
    state = known(ann)
    anew.clear()
    for day, say in ((18, ann.session), (19, lambda day: ann.measured(day, 4.0)), (20, ann.missed)):
        before = len(ann.said)
        say(day)
        for _, event in sorted(ann.said[before:], key=lambda pair: pair[1].occurred_at):
            state = evolve(state, event)
            derived(state)
    assert anew == []
    assert same_as_fresh(state)


@pytest.mark.parametrize("day", [0.5, 4, 11.9])
def test_a_session_that_comes_late_is_gathered_from_its_time_on(
    ann: Patient, anew: list[str], day: float
) -> None:
    state = known(ann)
    anew.clear()
    ann.say(events.SessionRecorded, day, place="home", attended=True, episode_id=ann.episode_id)
    ann.measured(day, 4.0)
    for _, event in ann.said[-2:]:
        state = evolve(state, event)
    assert at(day) in [each.start for each in derived(state).episodes[ann.episode_id].sessions.all]
    assert anew == []
    assert same_as_fresh(state)


def test_what_changes_one_episode_leaves_the_others_as_they_are(ann: Patient, anew: list[str]) -> None:
    ann.opened(40, episode_id=name_of("second"))
    state = known(ann)
    anew.clear()
    ann.override("S3", 20)
    state = after(state, ann)
    derived(state)
    assert anew == [ann.episode_id]
    assert same_as_fresh(state)


@pytest.mark.parametrize("kind", ["closed", "override", "corrected", "retracted"])
def test_what_moves_a_stage_or_takes_back_derives_the_episode_anew(
    ann: Patient, anew: list[str], kind: str
) -> None:
    state = known(ann)
    anew.clear()
    _, event = ann.said[-1]
    {
        "closed": lambda: ann.closed(20),
        "override": lambda: ann.override("S3", 20),
        "corrected": lambda: ann.corrected(event, 20, occurred_at=at(14).isoformat()),
        "retracted": lambda: ann.retracted(event, 20),
    }[kind]()
    state = after(state, ann)
    derived(state)
    assert anew == [ann.episode_id]
    assert same_as_fresh(state)


def test_an_event_whose_correction_came_before_it_is_derived_anew(ann: Patient, anew: list[str]) -> None:
    event = ann.measured(20, 4.0)
    ann.say(events.EventCorrected, 21, corrects=event.event_id, changes={"value": 2.0})
    correction = ann.said.pop()[1]
    ann.said.pop()
    state = evolve(fold(ann.events()), correction)
    derived(state)
    anew.clear()
    state = evolve(state, event)
    assert derived(state).episodes[ann.episode_id].outcomes[0].latest == 2.0
    assert anew == [ann.episode_id]


def test_a_part_that_names_an_old_session_is_put_there(ann: Patient) -> None:
    state = known(ann)
    ann.say(
        events.SymptomReported, 18, phase="next_morning", pain=9.0, episode_id=ann.episode_id,
        session_id=name_of("session", "ann", 3),
    )  # fmt: skip
    state = after(state, ann)
    first = derived(state).episodes[ann.episode_id].sessions.all[0]
    assert 9.0 in [each.pain for each in first.symptoms]
    assert same_as_fresh(state)


def test_events_of_no_episode_are_kept_in_the_order_of_their_times(ann: Patient) -> None:
    state = known(ann)
    for day in (30, 25):
        ann.measured(day, 4.0, episode_id="never opened")
        state = after(state, ann)
        derived(state)
    assert [each.occurred_at for each in derived(state).unattributed] == [at(25), at(30)]
    assert same_as_fresh(state)


def test_a_state_remembers_what_was_derived_and_not_how_it_grew(ann: Patient) -> None:
    state = known(ann)
    ann.missed(30)
    state = after(state, ann)
    assert derived(state) is derived(state)
    assert "growth" not in state.memo
    assert incremental.derived(state).episodes[ann.episode_id].sessions.all[-1].attended is False
