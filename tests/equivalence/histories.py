"""Makes up histories of one or more patients, with every kind of event and every way of coming wrong."""

import os
from typing import Any

from hypothesis import strategies as st
from patients import Patient, name_of

from contracts import events
from contracts.events import Event
from contracts.vocabulary import STAGES

EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "40"))
"""Examples per law; a nightly run sets many more."""

DAYS = st.integers(0, 160).map(lambda quarter: quarter / 4)
PAINS = st.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 3.0, 5.5, 8.0])
STAGE = st.sampled_from(STAGES)
EPISODES = st.sampled_from([None, "first", "first", "second", "never opened"])
GROUPS = st.sampled_from(["quadriceps", "quadriceps", "hamstrings", "deltoid"])
PHASES = st.sampled_from(["before", "during", "after", "next_morning"])
SIDES = st.sampled_from(["left", "right", "bilateral"])
SOURCES = st.sampled_from(["therapist_form", "motion_sensor", "home_app"])


def episode_of(patient: Patient, word: str | None) -> str | None:
    return None if word is None else name_of("episode", patient.name, word)


@st.composite
def good_course(draw: st.DrawFn, patient: Patient) -> None:
    """A stretch of sessions with mostly good signals, so that tracks come to all stages."""
    start = draw(st.integers(1, 20))
    for number in range(draw(st.integers(1, 8))):
        day = start + 2.5 * number
        if draw(st.integers(0, 3)):
            patient.session(day, morning=draw(st.sampled_from([0.0, None])))
            continue
        patient.session(
            day,
            pain=draw(PAINS),
            quality=draw(st.sampled_from([0.9, 0.7, None])),
            reps=draw(st.sampled_from(["10/10", "12/10", "7/10", None])),
            morning=draw(st.sampled_from([0.0, 3.0, None])),
            soreness=draw(st.sampled_from(["none", "next_day", "warmup_persists"])),
            effusion_grade=draw(st.sampled_from([0.0, 1.0, 2.0])),
        )


@st.composite
def stray(draw: st.DrawFn, patient: Patient) -> None:
    """One event of any kind, at any time, about any episode."""
    day, episode = draw(DAYS), episode_of(patient, draw(EPISODES))
    kind = draw(st.sampled_from(sorted(TELL)))
    TELL[kind](draw, patient, day, episode)


def _opened(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.opened(
        day,
        episode_id=episode or episode_of(patient, "second"),
        zone=draw(st.sampled_from(["Asia/Tokyo", "nowhere"])),
    )


def _program(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    track = events.TrackEntry(muscle_group=draw(GROUPS), side=draw(SIDES), stage=draw(STAGE))
    patient.program(
        None, day, episode_id=episode or episode_of(patient, "first"), tracks=(track,),
        muscle_groups=(track.muscle_group, "deltoid"), policy=draw(st.sampled_from(["default_msk", "gone"])),
        sessions_per_week=draw(st.sampled_from([None, 0.0, 1.0, 3.0])),
    )  # fmt: skip


def _session(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(
        events.SessionRecorded, day, place=draw(st.sampled_from(["clinic", "home"])),
        attended=draw(st.booleans()), episode_id=episode, red_flag=draw(st.integers(0, 9)) == 0,
        quality=draw(st.sampled_from([None, 0.5, 0.8, 0.9])),
        session_id=draw(st.sampled_from([None, "s1", "s2"])), source=draw(SOURCES),
    )  # fmt: skip


def _symptom(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(
        events.SymptomReported, day, phase=draw(PHASES), episode_id=episode, pain=draw(PAINS),
        session_id=draw(st.sampled_from([None, "s1", "s2"])),
        effusion_grade=draw(st.sampled_from([None, 0.5, 1.0, 2.0])),
        inflammation=draw(st.sampled_from([None, True])), source=draw(SOURCES),
    )  # fmt: skip


def _set(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(
        events.ExerciseSetRecorded, day, exercise="extension", muscle_group=draw(GROUPS), side=draw(SIDES),
        episode_id=episode, session_id=draw(st.sampled_from([None, "s1"])), prescribed_reps=10,
        completed_reps=draw(st.sampled_from([None, 7, 10, 12])),
        load_kg=draw(st.sampled_from([None, 2.5, 1 / 3])), range_deg=45.5, source=draw(SOURCES),
    )  # fmt: skip


def _outcome(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    at_muscle = {"muscle_group": draw(GROUPS), "side": draw(SIDES)} if draw(st.booleans()) else {}
    patient.measured(
        day, draw(st.sampled_from([3.0, 4.25, 1 / 3])), episode_id=episode,
        measure=draw(st.sampled_from(["nprs", "not_in_the_registry"])), **at_muscle,
    )  # fmt: skip


def _override(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.override(draw(STAGE), day, episode_id=episode, muscle_group=draw(GROUPS), side=draw(SIDES))


def _closed(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(
        events.EpisodeClosed, day, episode_id=episode or episode_of(patient, "first"), reason="goals_met"
    )


ODD: list[Any] = [
    None, -1, 10**40, 1e308, 0.5, True, "", "words", [], {"a": [1]}, "S4", "right", "clinic",
    "2026-01-20T10:00:00+02:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
]  # fmt: skip
"""What a correction may say of any field, whether it fits or not."""


def _corrected(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    target = _target(draw, patient)
    fields = sorted({name for _, each in patient.said for name in each.__struct_fields__})
    right = st.sampled_from(
        [{"pain": 9.0}, {"attended": False}, {"completed_reps": 1}, {"value": 7.5}, {"to_stage": "S1"},
         {"quality": 0.1}, {"episode_id": episode}, {"no_such_field": 1}]
    )  # fmt: skip
    odd = st.builds(
        lambda name, value: {name: value}, st.sampled_from([*fields, "pain"]), st.sampled_from(ODD)
    )
    patient.say(events.EventCorrected, day, corrects=target, changes=draw(right | odd))


def _retracted(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(events.EventRetracted, day, retracts=_target(draw, patient))


def _merged(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(events.PatientsMerged, day, other_key=name_of("other", draw(st.integers(0, 2))))


def _erased(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    if draw(st.integers(0, 7)) == 0:
        patient.erased(day)


TELL = {
    "opened": _opened, "program": _program, "session": _session, "symptom": _symptom, "set": _set,
    "outcome": _outcome, "override": _override, "closed": _closed, "corrected": _corrected,
    "retracted": _retracted, "merged": _merged, "erased": _erased,
}  # fmt: skip


def _target(draw: Any, patient: Patient) -> str:
    known = [event.event_id for _, event in patient.said]
    return draw(st.sampled_from([*known, name_of("never said")]))


@st.composite
def histories(draw: st.DrawFn, name: str = "anyone") -> list[Event]:
    """The events of one patient, in the order in which they were made up."""
    patient = Patient(name)
    first = episode_of(patient, "first")
    if draw(st.integers(0, 9)):
        patient.opened(0, episode_id=first)
        patient.program(
            draw(STAGE), episode_id=first, sessions_per_week=draw(st.sampled_from([None, 1.0, 2.0]))
        )
        draw(good_course(patient))
    for _ in range(draw(st.integers(0, 14))):
        draw(stray(patient))
    return [event for _, event in patient.said]
