"""Patients whose histories can be read aloud, and the events that they are made of.

A history is a few lines, one per event or session: the day, then what happened. ``3@40`` happened on
day 3 and arrived on day 40. A session line stands for its report, the symptoms and one set:

    0   opened
    0   program quadriceps left S0
    3   session pain 1 quality 0.9 reps 10/10 morning 0
    20  override S3

``opened`` may name the condition, and a program its policy: ``program quadriceps left S0 default_msk/v2``.
``-`` in place of a value means that it was not recorded. No clinician has reviewed these cases yet.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import events
from contracts.events import Event
from streams.progression.fold import evolve
from streams.progression.state import PatientState, initial

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def name_of(*words: object) -> str:
    """32 hex digits that stand for these words."""
    return hashlib.sha256("/".join(map(str, words)).encode()).hexdigest()[:32]


def at(day: float) -> datetime:
    """The instant of a day, counted from the start of the history."""
    return START + timedelta(days=day)


@dataclass
class Patient:
    """Says events about one patient; ``said`` holds (day of arrival, event)."""

    name: str = "anyone"
    group: str = "quadriceps"
    side: str = "left"
    said: list[tuple[float, Event]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return name_of("patient", self.name)

    @property
    def episode_id(self) -> str:
        return name_of("episode", self.name, "first")

    def events(self) -> list[Event]:
        """The events by arrival."""
        return [event for _, event in sorted(self.said, key=lambda pair: pair[0])]

    def say(
        self, kind: type, day: float, identity: object = None, arrives: float | None = None, **fields: Any
    ) -> Any:
        number = len(self.said) if identity is None else identity
        fields = {"source": "therapist_form"} | fields
        event = kind(
            event_id=events.event_id_of(self.key, fields["source"], kind.__name__, (str(number),)),
            patient_key=self.key,
            occurred_at=at(day),
            received_at=at(day if arrives is None else arrives),
            contract_version=1,
            **fields,
        )
        self.said.append((day if arrives is None else arrives, event))
        return event

    def opened(self, day: float = 0.0, **fields: Any) -> Any:
        given = {
            "episode_id": self.episode_id,
            "condition": "post_injury",
            "clinic": "north",
            "zone": "Europe/Oslo",
        }
        return self.say(events.EpisodeOpened, day, **given | fields)

    def program(self, stage: str | None = "S0", day: float = 0.01, **fields: Any) -> Any:
        tracks = ()
        if stage is not None:
            tracks = (events.TrackEntry(muscle_group=self.group, side=self.side, stage=stage),)  # type: ignore[arg-type]
        given = {
            "episode_id": self.episode_id, "program": "strength", "muscle_groups": (self.group,),
            "sessions_per_week": 1.0, "tracks": tracks,
        }  # fmt: skip
        return self.say(events.ProgramAssigned, day, **given | fields)

    def session(
        self,
        day: float,
        pain: float | None = 1.0,
        quality: float | None = 0.9,
        reps: str | None = "10/10",
        morning: float | None = 0.0,
        arrives: float | None = None,
        after: float | None = None,
        **more: Any,
    ) -> str:
        """A session with its symptoms, one set and the next morning; gives its session id."""
        session_id = name_of("session", self.name, day)
        tied = {"session_id": session_id, "episode_id": self.episode_id, "arrives": arrives}
        told = {name: more.pop(name) for name in ("soreness", "effusion_grade") if name in more}
        self.say(events.SessionRecorded, day, place="clinic", attended=True, quality=quality, **tied, **more)
        if pain is not None or told:
            self.say(events.SymptomReported, day + 0.02, phase="during", pain=pain, **told, **tied)
        if reps is not None:
            done, target = (int(number) for number in reps.split("/"))
            self.say(
                events.ExerciseSetRecorded, day + 0.01, exercise="extension", muscle_group=self.group,
                side=self.side, prescribed_reps=target, completed_reps=done, correct_reps=done, load_kg=10.0,
                source="motion_sensor", **tied,
            )  # fmt: skip
        if morning is not None:
            self.say(
                events.SymptomReported,
                day + 0.9,
                phase="next_morning",
                pain=morning,
                source="home_app",
                **tied,
            )
        if after is not None:
            self.say(events.SymptomReported, day + 0.1, phase="after", pain=after, **tied)
        return session_id

    def missed(self, day: float, arrives: float | None = None) -> Any:
        return self.say(
            events.SessionRecorded, day, place="clinic", attended=False, missed_reason="travel",
            episode_id=self.episode_id, arrives=arrives,
        )  # fmt: skip

    def override(self, stage: str, day: float, **fields: Any) -> Any:
        given = {
            "muscle_group": self.group, "side": self.side, "to_stage": stage,
            "reason_code": "clinical_judgement", "episode_id": self.episode_id,
        }  # fmt: skip
        return self.say(events.StageOverridden, day, **given | fields)

    def measured(self, day: float, value: float, **fields: Any) -> Any:
        given = {
            "measure": "nprs", "unit": "score", "method": "self_report", "device_class": "questionnaire",
            "episode_id": self.episode_id,
        }  # fmt: skip
        return self.say(events.OutcomeMeasured, day, value=value, **given | fields)

    def closed(self, day: float, reason: str = "goals_met") -> Any:
        return self.say(events.EpisodeClosed, day, episode_id=self.episode_id, reason=reason)

    def corrected(self, event: Event, day: float, **changes: Any) -> Any:
        return self.say(events.EventCorrected, day, corrects=event.event_id, changes=changes)

    def retracted(self, event: Event, day: float) -> Any:
        return self.say(events.EventRetracted, day, retracts=event.event_id, reason_code="entered_in_error")

    def erased(self, day: float) -> Any:
        return self.say(events.PatientErased, day)


def fold(said: Iterable[Event], state: PatientState | None = None) -> PatientState:
    """One patient's events onto a state, in this order."""
    state = initial() if state is None else state
    for event in said:
        state = evolve(state, event)
    return state


def patient_from(name: str, history: str) -> Patient:
    """The patient of a history written in lines."""
    patient = Patient(name)
    for line in filter(None, (each.strip() for each in history.splitlines())):
        when, what, *words = line.split()
        day, _, arrives = when.partition("@")
        _tell(patient, float(day), float(arrives) if arrives else None, what, words)
    return patient


def _tell(patient: Patient, day: float, arrives: float | None, what: str, words: list[str]) -> None:
    if what == "opened":
        patient.opened(day, **({"condition": words[0]} if words else {}))
    elif what == "program":
        patient.group, patient.side = words[0], words[1]
        name, _, version = (words[3:] or ["default_msk/v1"])[0].partition("/v")
        patient.program(words[2], day + 0.01, policy=name, policy_version=int(version))
    elif what == "session":
        patient.session(day, arrives=arrives, **_values(words))
    elif what == "missed":
        patient.missed(day, arrives)
    elif what == "override":
        patient.override(words[0], day)
    else:
        patient.closed(day)


def _values(words: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        if value == "-":
            values[name] = None
        elif name in ("pain", "quality", "morning", "after"):
            values[name] = float(value)
        elif name == "effusion":
            values["effusion_grade"] = float(value)
        elif name == "red_flag":
            values[name] = True
        else:
            values[name] = value
    return values


@dataclass(frozen=True)
class Case:
    """A named patient: the story in a sentence, the history, and where the track should have been when."""

    name: str
    story: str
    history: str
    expected: str
    """``S0 0, S1 11``: the stage and the day on which the track came to it."""
    rules: str = ""
    """The rules of its decisions in order, where the story is about them."""

    @property
    def patient(self) -> Patient:
        return patient_from(self.name, self.history)
