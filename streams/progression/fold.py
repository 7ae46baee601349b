"""The fold: one event onto a state, and the difference between two states in facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from contracts import events
from contracts.events import Event, EventCorrected, EventRetracted, PatientErased, PatientsMerged
from streams.progression.codec import standing
from streams.progression.decisions import FactChange, facts
from streams.progression.state import Contribution, PatientState, Said, grown, slim

T = TypeVar("T", bound=Said)


def evolve(state: PatientState, event: Event) -> PatientState:
    """The state after this event: total, and the same for any order and any repetition of events."""
    if state.erased:
        return state
    key = event.patient_key
    if isinstance(event, PatientErased):
        return PatientState(patient_key=key, erased=True)
    if isinstance(event, EventRetracted):
        return _taken_back(state, key, event.retracts)
    if event.event_id in state.retracted:
        return state if state.patient_key else replace(state, patient_key=key, memo={})
    if isinstance(event, EventCorrected):
        return _changed(state, key, corrections=_added(state.corrections, slim(event)))
    if isinstance(event, PatientsMerged):
        return _changed(state, key, merges=_added(state.merges, slim(event)))
    return _said(state, key, slim(event))


def evolve_all(state: PatientState, said: Iterable[Event]) -> PatientState:
    """The state after these events, as ``evolve`` one by one gives it; contributions in a row in one go.

    Of a state of which something was derived already, each event is told apart, so that it can be extended.
    """
    row: list[Event] = []
    for event in said:
        if isinstance(event, Contribution) and not state.memo:
            row.append(event)
            continue
        state = evolve(_said_in_a_row(state, row), event)
        row = []
    return _said_in_a_row(state, row)


def _said_in_a_row(state: PatientState, row: Sequence[Event]) -> PatientState:
    if len(row) < 2 or state.erased:
        return evolve(state, row[0]) if row else state
    known = dict(state.said)
    for event in row:
        if event.event_id not in state.retracted:
            added: Contribution = slim(event)  # type: ignore[arg-type]
            known[event.event_id] = added if event.event_id not in known else _standing(known, added)
    return replace(state, patient_key=row[0].patient_key, said=known, memo={})


def decide(before: PatientState, after: PatientState) -> tuple[FactChange, ...]:
    """What changed in the standing facts: withdrawals first, then what is published, each in its order."""
    old, now = standing(before), facts(after)
    gone = old - {fact.fact_id for fact in now}
    withdrawn = (
        [FactChange("withdrawn", fact) for fact in facts(before) if fact.fact_id in gone] if gone else []
    )
    return (*withdrawn, *(FactChange("published", fact) for fact in now if fact.fact_id not in old))


def _said(state: PatientState, key: str, event: Contribution) -> PatientState:
    said = _added(state.said, event)
    if said is state.said:
        return state
    added = event if len(said) > len(state.said) else None
    return replace(state, patient_key=key, said=said, memo=grown(state, added))


def _changed(state: PatientState, key: str, **mapping: Mapping[str, Said]) -> PatientState:
    ((name, now),) = mapping.items()
    if now is getattr(state, name):
        return state
    return replace(state, patient_key=key, memo=grown(state, None), **mapping)  # type: ignore[arg-type]


def _added(there: Mapping[str, T], event: T) -> Mapping[str, T]:
    """The mapping with this event in it; of two contents under one id the smaller stands, in any order."""
    known = there.get(event.event_id)
    if known is not None and _standing(there, event) is known:
        return there
    return {**there, event.event_id: event}


def _standing(there: Mapping[str, T], event: T) -> T:
    """Of this event and the one of its id that is there, the one that stands."""
    known = there[event.event_id]
    return known if known == event or _content(known) <= _content(event) else event


def _content(event: Said) -> bytes:
    return events.encode(event)


def _taken_back(state: PatientState, key: str, target: str) -> PatientState:
    if target in state.retracted:
        return state
    return replace(
        state,
        patient_key=key,
        said=_without(state.said, target),
        corrections=_without(state.corrections, target),
        retracted=state.retracted | {target},
        merges=_without(state.merges, target),
        memo=grown(state, None),
    )


def _without(there: Mapping[str, T], name: str) -> Mapping[str, T]:
    return there if name not in there else {each: event for each, event in there.items() if each != name}
