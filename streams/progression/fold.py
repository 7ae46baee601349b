"""The fold: one event onto a state, and the difference between two states in facts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from contracts import events
from contracts.events import Event, EventCorrected, EventRetracted, PatientErased, PatientsMerged
from streams.progression.decisions import FactChange, facts
from streams.progression.state import PatientState, Said, slim

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
        corrections = _added(state.corrections, slim(event))
        return _changed(state, key, corrections is state.corrections, corrections=corrections)
    if isinstance(event, PatientsMerged):
        merges = _added(state.merges, slim(event))
        return _changed(state, key, merges is state.merges, merges=merges)
    said = _added(state.said, slim(event))
    return _changed(state, key, said is state.said, said=said)


def decide(before: PatientState, after: PatientState) -> tuple[FactChange, ...]:
    """What changed in the standing facts: withdrawals first, then what is published, each in its order."""
    old = {fact.fact_id: fact for fact in facts(before)}
    new = {fact.fact_id: fact for fact in facts(after)}
    withdrawn = [FactChange("withdrawn", fact) for name, fact in old.items() if name not in new]
    published = [FactChange("published", fact) for name, fact in new.items() if name not in old]
    return (*withdrawn, *published)


def _changed(state: PatientState, key: str, same: bool, **fields: object) -> PatientState:
    if same and state.patient_key:
        return state
    return replace(state, patient_key=key, memo={}, **fields)  # type: ignore[arg-type]


def _added(there: Mapping[str, T], event: T) -> Mapping[str, T]:
    """The mapping with this event in it; of two contents under one id the smaller stands, in any order."""
    known = there.get(event.event_id)
    if known is not None and (known == event or _content(known) <= _content(event)):
        return there
    return {**there, event.event_id: event}


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
        memo={},
    )


def _without(there: Mapping[str, T], name: str) -> Mapping[str, T]:
    return there if name not in there else {each: event for each, event in there.items() if each != name}
