"""Named patients whose histories can be read aloud, and the events that they are made of.

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


CASES = (
    Case(
        "steady_improver",
        "Two good sessions in a row lead one step up, and the count begins again.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 0 quality 0.9 reps 10/10 morning 0
        24  session pain 0 quality 0.9 reps 10/10 morning 0
        31  session pain 0 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10, S2 24",
    ),
    Case(
        "relapse_then_recovery",
        "Pain above 5 leads one step down at once; then two good sessions lead up again.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 6 quality 0.9 reps 7/10 morning 3
        24  session pain 2 quality 0.9 reps 10/10 morning 1
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0, S2 10, S1 17, S2 31",
    ),
    Case(
        "late_upload",
        "The app was offline for a month; what it uploads counts as if it had come in time.",
        """
        0     opened
        0     program quadriceps left S0
        3@40  session pain 1 quality 0.9 reps 10/10 morning 0
        10@40 session pain 1 quality 0.9 reps 10/10 morning 0
        17    session pain 1 quality 0.9 reps 10/10 morning 0
        24    session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10, S2 24",
    ),
    Case(
        "stuck_on_quality",
        "Pain is low, but the movements are not done well: the track stays.",
        """
        0   opened
        0   program quadriceps left S2
        3   session pain 1 quality 0.7 reps 10/10 morning 0
        10  session pain 1 quality 0.7 reps 10/10 morning 0
        17  session pain 1 quality 0.7 reps 10/10 morning 0
        24  session pain 1 quality 0.7 reps 10/10 morning 0
        """,
        "S2 0",
    ),
    Case(
        "unknown_stays",
        "Nobody wrote down the pain: what is not known never leads up.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain - quality 0.9 reps 10/10 morning 0
        10  session pain - quality 0.9 reps 10/10 morning 0
        17  session pain - quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
    Case(
        "up_and_down",
        "Good and bad sessions take turns: the track never climbs.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 4 quality 0.9 reps 10/10 morning 3
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 4 quality 0.9 reps 10/10 morning 3
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0",
    ),
    Case(
        "bad_mornings",
        "In the session all is well, but the next morning is worse than usual: the track stays.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 4
        17  session pain 1 quality 0.9 reps 10/10 morning 5
        """,
        "S1 0",
    ),
    Case(
        "swollen_knee",
        "Effusion of 2+ stops the track where it is, though everything else is good.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        10  session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        17  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        24  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        """,
        "S1 0, S2 24",
    ),
    Case(
        "waits_for_sign_off",
        "Progressive resistance needs a clinician; once set by hand, the track climbs on by itself.",
        """
        0   opened
        0   program quadriceps left S3
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        20  override S4
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S3 0, S4 20, S5 31",
    ),
    Case(
        "misses_sessions",
        "Every other prescribed session is missed: adherence is too low to climb.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  missed
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  missed
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
    Case(
        "therapist_knows_better",
        "A therapist sets the stage between a good session and its next morning: that session moves nothing.",
        """
        0    opened
        0    program quadriceps left S0
        3    session pain 1 quality 0.9 reps 10/10 morning 0
        10   session pain 1 quality 0.9 reps 10/10 morning 0
        10.5 override S0
        17   session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
    Case(
        "knee_swells_and_settles",
        "After surgery: effusion of 2+ is treated, 1+ in the next session maintains, and in the one after it "
        "the knee may go on.",
        """
        0   opened post_surgical
        0   program quadriceps left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        10  session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        13  session pain 1 quality 0.9 reps 10/10 effusion 1 morning 0
        16  session pain 1 quality 0.9 reps 10/10 effusion 1 morning 0
        23  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        """,
        "S1 0, S2 23",
        "consecutive_sessions effusion_treat effusion_maintain consecutive_sessions good_sessions",
    ),
    Case(
        "knee_stays_swollen",
        "After surgery: effusion is still 2+ in the second session after it came, so the clinician is told.",
        """
        0   opened post_surgical
        0   program quadriceps left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        5   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        8   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        """,
        "S1 0",
        "effusion_treat effusion_treat effusion_notify",
    ),
    Case(
        "swelling_nobody_graded",
        "After surgery of a knee nothing advances before somebody looked for effusion.",
        """
        0   opened post_surgical
        0   program quadriceps left S0 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
        "signal_missing signal_missing",
    ),
    Case(
        "hip_needs_no_grade",
        "The same at the hip, where effusion cannot be graded: two good sessions lead up.",
        """
        0   opened post_surgical
        0   program hip_abductors left S0 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10",
    ),
    Case(
        "each_gate_for_itself",
        "After surgery a clinician opens weight bearing, and again progressive resistance.",
        """
        0   opened post_surgical
        0   program hip_abductors left S2 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        11  override S3
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        25  override S4
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        38  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S2 0, S3 11, S4 25",
        "consecutive_sessions sign_off consecutive_sessions sign_off consecutive_sessions sign_off",
    ),
    Case(
        "hurts_after_surgery_after_the_session",
        "During the session pain is low, but after it 3 and more: the track stays; above 5 it goes back.",
        """
        0   opened post_surgical
        0   program hip_abductors left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 after 3 morning 0
        10  session pain 1 quality 0.9 reps 10/10 after 6 morning 0
        """,
        "S1 0, S0 10",
        "pain_after_gate pain_after_high",
    ),
    Case(
        "back_that_settles_over_night",
        "Low back pain of 4 in the session is accepted where the next morning is as usual.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S1 neck_low_back_pain/v1
        3   session pain 3 quality 0.9 reps 10/10 morning 2
        10  session pain 4 quality 0.9 reps 10/10 morning 2
        17  session pain 4 quality 0.9 reps 10/10 morning 2
        """,
        "S1 0, S2 10",
    ),
    Case(
        "back_nobody_asked",
        "The same pain, but nobody asked how the next morning was: what is not known holds.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S1 neck_low_back_pain/v1
        3   session pain 4 quality 0.9 reps 10/10 morning -
        10  session pain 4 quality 0.9 reps 10/10 morning -
        17  session pain 4 quality 0.9 reps 10/10 morning 2
        """,
        "S1 0",
        "morning_unknown morning_unknown morning_unknown",
    ),
    Case(
        "neck_learns_control_first",
        "The deep neck flexors need three clean sessions in a row, and 80 % is not clean enough yet.",
        """
        0   opened neck_pain
        0   program neck_flexors midline S0 neck_low_back_pain/v1
        3   session pain 1 quality 0.85 reps 10/10 morning 0
        10  session pain 1 quality 0.95 reps 10/10 morning 0
        17  session pain 1 quality 0.95 reps 10/10 morning 0
        24  session pain 1 quality 0.95 reps 10/10 morning 0
        """,
        "S0 0, S1 24",
    ),
    Case(
        "neck_flares_over_night",
        "A neck that hurts three points more than usual on the next morning goes back, on that morning.",
        """
        0   opened neck_pain
        0   program upper_trapezius bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 1
        17  session pain 1 quality 0.9 reps 10/10 morning 4
        """,
        "S2 0, S3 10, S2 17",
        "consecutive_sessions good_sessions morning_much_worse",
    ),
    Case(
        "neck_a_little_worse",
        "A rise of 1.5 points holds a neck, where it would not hold a back.",
        """
        0   opened neck_pain
        0   program upper_trapezius bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 2.5
        """,
        "S2 0",
        "consecutive_sessions next_morning_worse",
    ),
    Case(
        "back_a_little_worse",
        "The same rise at a back is less than what matters there.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 2.5
        """,
        "S2 0, S3 10",
    ),
    Case(
        "wrist_takes_its_time",
        "Carpal tunnel syndrome: the first morning says what is usual, then three good sessions lead up.",
        """
        0   opened carpal_tunnel
        0   program wrist_extensors right S0 carpal_tunnel_rsi/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 24",
        "signal_missing consecutive_sessions consecutive_sessions good_sessions",
    ),
    Case(
        "hand_beside_the_nerve",
        "Pain of 3.5 is too much for the muscles of the hand in carpal tunnel syndrome.",
        """
        0   opened carpal_tunnel
        0   program hand_intrinsics right S2 carpal_tunnel_rsi/v1
        3   session pain 3.5 quality 0.9 reps 10/10 morning 0
        """,
        "S2 0, S1 3",
        "pain_high",
    ),
    Case(
        "typist_without_a_day_off",
        "Repetitive strain: with more than four sessions in a week good sessions do not count.",
        """
        0   opened repetitive_strain_injury
        0   program wrist_extensors right S0 carpal_tunnel_rsi/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        4   session pain 1 quality 0.9 reps 10/10 morning 0
        5   session pain 1 quality 0.9 reps 10/10 morning 0
        6   session pain 1 quality 0.9 reps 10/10 morning 0
        7   session pain 1 quality 0.9 reps 10/10 morning 0
        8   session pain 1 quality 0.9 reps 10/10 morning 0
        20  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 6",
        "signal_missing consecutive_sessions consecutive_sessions good_sessions too_often too_often "
        "consecutive_sessions",
    ),
    Case(
        "three_after_a_step_back",
        "After a step back the first step up needs three good sessions, the next one two again.",
        """
        0   opened
        0   program quadriceps left S1 default_msk/v2
        3   session pain 6 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        38  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0, S0 3, S1 24, S2 38",
    ),
    Case(
        "sore_on_the_next_day",
        "Soreness on the next day repeats the session, soreness that does not go away leads one step down.",
        """
        0   opened
        0   program quadriceps left S2 default_msk/v2
        3   session pain 1 quality 0.9 reps 10/10 soreness none morning 0
        10  session pain 1 quality 0.9 reps 10/10 soreness next_day morning 0
        17  session pain 1 quality 0.9 reps 10/10 soreness warmup_persists morning 0
        """,
        "S2 0, S1 17",
        "consecutive_sessions soreness_next_day soreness_persists",
    ),
)
