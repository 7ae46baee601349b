"""Made-up people, each told for one rule of the marts."""

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from lake_tables import AS_OF, ROOT, Row

from contracts import events as said
from warehouse.effects.protocol import DAYS_UNTIL_DUE

DATA = ROOT.parent / "shared" / "data" / "strength_programs.csv"
ZERO = datetime(2026, 1, 10, 9, tzinfo=UTC)


class People:
    """Collects events; every method says one thing about a person and gives the event's id."""

    def __init__(self) -> None:
        self.events: list[said.Event] = []

    def add(self, kind: type[said.Envelope], key: str, at: datetime, **fields: Any) -> str:
        name = fields.pop("event_id", f"{len(self.events):04d}-{key}")
        source = fields.pop("source", "therapist_form")
        received = fields.pop("received_at", at + timedelta(hours=1))
        event = kind(
            event_id=name, patient_key=key, occurred_at=at, received_at=received, source=source,
            contract_version=1, **fields,
        )  # fmt: skip
        self.events.append(event)  # type: ignore[arg-type]
        return str(name)

    def open(
        self, key: str, episode: str = "e", at: datetime = ZERO - timedelta(days=1), **fields: Any
    ) -> str:
        fields = {
            "condition": "neck_pain",
            "clinic": "north",
            "zone": "Europe/Berlin",
            "therapist": "t1",
        } | fields
        return self.add(said.EpisodeOpened, key, at, episode_id=episode, **fields)

    def assign(self, key: str, episode: str = "e", at: datetime = ZERO, **fields: Any) -> str:
        fields = {"program": "a", "muscle_groups": ("neck_flexors",), "goals": ("reduce_pain",)} | fields
        return self.add(said.ProgramAssigned, key, at, episode_id=episode, **fields)

    def start(self, key: str, at: datetime = ZERO, program: str = "a", **fields: Any) -> None:
        """Open an episode and assign its program on the same day."""
        self.open(key, at=at - timedelta(hours=1), **fields)
        self.assign(key, at=at, program=program)

    def value(self, key: str, at: datetime, value: float, measure: str = "ndi", **fields: Any) -> str:
        fields = {"episode_id": "e", "unit": "score", "method": "self_report"} | fields
        fields = {"device_class": "questionnaire"} | fields
        return self.add(said.OutcomeMeasured, key, at, measure=measure, value=value, **fields)

    def strength(self, key: str, at: datetime, value: float, group: str, side: str, **fields: Any) -> str:
        device = {
            "unit": "N",
            "method": "isometric",
            "device_class": "hand_held_dynamometer",
            "episode_id": None,
        }
        device |= {"muscle_group": group, "side": side, "source": "dynamometer"}
        return self.value(key, at, value, "muscle_strength", **device | fields)

    def session(self, key: str, at: datetime, **fields: Any) -> str:
        fields = {"place": "clinic", "attended": True, "episode_id": "e"} | fields
        return self.add(said.SessionRecorded, key, at, **fields)

    def correct(self, key: str, at: datetime, target: str, changes: Row, **fields: Any) -> str:
        return self.add(said.EventCorrected, key, at, corrects=target, changes=changes, **fields)


def days(number: float, hours: float = 0) -> datetime:
    """So many days (and hours) after the usual time zero."""
    return ZERO + timedelta(days=number, hours=hours)


def windows(people: People) -> None:
    """Baseline and horizons, with every value a little inside or outside of its window."""
    people.start("window")
    # In Berlin 23:30 on 12 January; the day ends at 23:00 UTC.
    people.session("window", datetime(2026, 1, 12, 22, 30, tzinfo=UTC))
    people.session("window", days(9))
    for at, value in (
        (days(-30, -1), 50.0),
        (days(-29), 40.0),
        (datetime(2026, 1, 12, 22, 50, tzinfo=UTC), 30.0),
        (datetime(2026, 1, 12, 23, 10, tzinfo=UTC), 29.0),
        (days(40), 25.0),
        (days(45), 24.0),
        (days(98), 22.0),
        (days(98, 1), 21.0),
        (days(107), 12.0),
    ):
        people.value("window", at, value)
    people.add(said.EpisodeClosed, "window", days(105), episode_id="e", reason="goals_met")
    people.start("too_old")
    people.value("too_old", days(-31), 30.0)
    people.value("too_old", days(42), 20.0)
    people.start("between")
    people.value("between", days(0, 1), 30.0)
    people.value("between", days(56, 1), 20.0)
    # No session took place: the baseline ends with the day of assignment, in New York at 05:00 UTC.
    people.start("missed", clinic="west", zone="America/New_York")
    people.session("missed", days(2), attended=False, missed_reason="illness")
    people.value("missed", datetime(2026, 1, 11, 4, 30, tzinfo=UTC), 30.0)
    people.value("missed", datetime(2026, 1, 11, 5, 30, tzinfo=UTC), 28.0)
    people.start("one_score")
    people.value("one_score", days(0, 1), 33.0)
    people.start("no_score")
    # Two raters, one rater, none.
    for key, first, last in (("raters", "r1", "r2"), ("rater", "r1", "r1"), ("nobody", "r1", None)):
        people.start(key)
        people.strength(key, days(0, 1), 100, "neck_flexors", "midline", episode_id="e", rater=first)
        people.strength(key, days(60), 150, "neck_flexors", "midline", episode_id="e", rater=last)


def put_right(people: People) -> None:
    """Corrections, retractions, repetitions."""
    people.start("corrected")
    ids = {name: people.value("corrected", days(number), 20.0) for number, name in enumerate(CORRECTED)}
    people.correct("corrected", days(20), ids["late_wins"], {"value": 26})
    people.correct("corrected", days(19), ids["late_wins"], {"value": 25})
    people.correct("corrected", days(20), ids["larger_id_wins"], {"value": 24}, event_id="z2")
    people.correct("corrected", days(20), ids["larger_id_wins"], {"value": 23}, event_id="z1")
    people.correct("corrected", days(20), ids["retracted"], {"value": 22})
    people.add(said.EventRetracted, "corrected", days(10), retracts=ids["retracted"])
    people.correct("corrected", days(20), ids["does_not_fit"], {"value": "much", "side": "left"})
    people.correct("corrected", days(20), ids["no_such_field"], {"value": 21, "pain": 3})
    people.correct("corrected", days(20), ids["nothing_left"], {"value": None})
    people.correct(
        "corrected", days(20), ids["several"], {"side": "left", "occurred_at": days(50).isoformat()}
    )
    taken_back = people.correct("corrected", days(21), ids["taken_back"], {"value": 2})
    people.correct("corrected", days(20), ids["taken_back"], {"value": 19})
    people.add(said.EventRetracted, "corrected", days(22), retracts=taken_back)
    people.correct("corrected", days(1), "early", {"value": 18})
    people.value("corrected", days(30), 20.0, event_id="early")
    people.events.append(people.events[-1])


CORRECTED = (
    "late_wins", "larger_id_wins", "retracted", "does_not_fit", "no_such_field", "nothing_left", "several",
    "taken_back",
)  # fmt: skip


def merged(people: People) -> None:
    """Three keys of one person, chained; the smallest survives."""
    people.start("m1")
    people.value("m1", days(0, 1), 30.0)
    people.value("m3", days(42), 20.0)
    people.session("m2", days(3), place="home", episode_id=None, source="home_app")
    people.add(said.PatientsMerged, "m3", days(50), other_key="m2")
    people.add(said.PatientsMerged, "m2", days(51), other_key="m1")


def two_episodes(people: People) -> None:
    """A knee and a shoulder at the same time; events that name no episode."""
    people.open("two", "knee", at=days(0), condition="post_surgical", zone="UTC")
    knee = ({"muscle_group": "quadriceps", "side": "left", "stage": "S0"},)
    tracks = tuple(msgspec.convert(track, said.TrackEntry) for track in knee)
    people.assign("two", "knee", at=days(1), muscle_groups=("quadriceps", "hamstrings"), tracks=tracks)
    people.open("two", "shoulder", at=days(10), condition="limited_joint_mobility", zone="UTC")
    people.assign("two", "shoulder", at=days(11), muscle_groups=("rotator_cuff",))
    people.add(said.EpisodeClosed, "two", days(30), episode_id="shoulder", reason="goals_met")
    for name, at, group, side in (
        ("knee", days(20), "quadriceps", "left"),
        ("knee_before_its_program", days(0, 1), "quadriceps", "left"),
        ("other_side", days(20), "quadriceps", "right"),
        ("both_sides", days(20), "quadriceps", "bilateral"),
        ("group_without_track", days(20), "hamstrings", "right"),
        ("shoulder", days(20), "rotator_cuff", "right"),
        ("shoulder_after_closing", days(31), "rotator_cuff", "right"),
        ("too_early", days(-1), "quadriceps", "left"),
        ("elsewhere", days(20), "deltoid", "left"),
    ):
        people.strength("two", at, 100, group, side, event_id=f"two:{name}")
    people.strength("two", days(20), 100, "deltoid", "left", event_id="two:named", episode_id="knee")
    people.strength("two", days(20), 100, "deltoid", "left", event_id="two:unheard_of", episode_id="gone")
    for name, at in (("latest_opened", days(20)), ("only_open", days(31)), ("none_open", days(-1))):
        people.session("two", at, episode_id=None, place="home", event_id=f"two:{name}")


def sessions(people: People) -> None:
    """One session told by three sources, and what belongs to it."""
    people.start("sessions")
    at = days(5)
    people.session(
        "sessions",
        at + timedelta(minutes=80),
        source="gait_mat",
        quality=0.9,
        duration_min=45,
        session_id="x",
    )
    people.session("sessions", at + timedelta(minutes=20), duration_min=30, therapist="t2")
    people.session(
        "sessions", at, source="home_app", quality=0.2, attended=False, missed_reason="pain", red_flag=True,
        event_id="s:first",
    )  # fmt: skip
    # 95 minutes after the first, 15 after the last: another session.
    people.session("sessions", at + timedelta(minutes=95), event_id="s:second")
    people.session("sessions", at + timedelta(minutes=10), place="home", source="home_app", event_id="s:home")
    said_of = said.SymptomReported
    people.add(said_of, "sessions", at - timedelta(hours=2), phase="before", pain=2, episode_id="e")
    people.add(said_of, "sessions", days(90), phase="during", pain=5, episode_id="e", session_id="x")
    people.add(said_of, "sessions", days(90), phase="during", pain=7, session_id="x", source="home_app")
    people.add(said_of, "sessions", days(90), phase="during", pain=6, episode_id="e", session_id="x")
    people.add(said_of, "sessions", at + timedelta(hours=35), phase="next_morning", pain=4, episode_id="e")
    people.add(said_of, "sessions", at + timedelta(hours=39), phase="next_morning", pain=9, episode_id="e")
    one = {"exercise": "nod", "muscle_group": "neck_flexors", "side": "midline", "episode_id": "e"}
    reps = {"prescribed_reps": 10, "completed_reps": 9, "correct_reps": 8}
    people.add(said.ExerciseSetRecorded, "sessions", at + timedelta(minutes=30), **one, **reps)
    people.add(said.ExerciseSetRecorded, "sessions", at + timedelta(minutes=35), **one, **reps)
    people.add(said.ExerciseSetRecorded, "sessions", at + timedelta(hours=9), **one, **reps)


def cohort(people: People) -> None:
    """A cell of its own, small enough to work out on paper: carpal tunnel, two programs, two months."""
    for key, at, program, first, last in (
        ("c1", ZERO, "a", 3.0, 2.0),
        ("c2", ZERO, "a", 3.5, 3.0),
        ("c3", ZERO, "a", 4.0, None),
        ("c4", ZERO + timedelta(days=30), "b", None, None),
        ("c5", AS_OF - timedelta(days=20), "b", 4.0, None),
    ):
        people.open(key, at=at - timedelta(hours=1), condition="carpal_tunnel", clinic="south")
        groups, goals = ("wrist_flexors", "hand_intrinsics"), ("reduce_pain", "return_to_work")
        people.assign(key, at=at, program=program, muscle_groups=groups, goals=goals)
        for days_later, value in ((0.1, first), (84, last)):
            if value is not None:
                people.value(key, at + timedelta(days=days_later), value, "bctq_fss")
    # A second program does not change whose result it is.
    people.assign("c1", at=days(30), program="b")


def edges(people: People) -> None:
    """Windows that close at the very instant of as_of, and a second later."""
    for horizon, length in DAYS_UNTIL_DUE.items():
        for name, late in (("closed", 0), ("open", 1)):
            at = AS_OF - timedelta(days=length) + timedelta(seconds=late)
            people.start(f"{horizon}:{name}", at, condition="repetitive_strain_injury")
            people.value(f"{horizon}:{name}", at, 30.0)
            if horizon == "week_6":
                people.value(f"{horizon}:{name}", at + timedelta(days=40), 20.0)


def both_sides(people: People) -> None:
    """The treated leg and the other one, measured with the same device."""
    people.open("sides", condition="post_injury", side="right")
    people.assign("sides", muscle_groups=("hamstrings",))
    for side, last in (("left", 110), ("right", 150)):
        people.strength("sides", days(0, 1), 100, "hamstrings", side)
        people.strength("sides", days(84), last, "hamstrings", side)


def trial(people: People) -> None:
    """The published strength data, as its source would say it; nothing where the data is missing."""
    if not DATA.exists():
        return
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        key, at = row["subject"], datetime(2026, 3, int(row["day"]), 12, tzinfo=UTC)
        if row["day"] == "1":
            people.open(key, at=at, condition="none", clinic="gym", zone="UTC")
            people.assign(key, at=at, program=row["program"], muscle_groups=(), goals=())
        score = {"method": "trial_score", "device_class": "unspecified", "source": "strength_trial"}
        people.value(key, at, float(row["strength"]), "strength_score", **score)


def receipts() -> list[Row]:
    """Verdicts: r1 was rejected and accepted when it was sent again, r2 stays rejected."""
    told = [
        ("r1", "rejected", 1), ("r2", "rejected", 2), ("r1", "accepted", 3), ("r3", "duplicate", 4),
        ("r4", "accepted", 30),
    ]  # fmt: skip
    return [
        {
            "record_id": record,
            "source": "home_app",
            "contract_version": 1,
            "verdict": verdict,
            "event_ids": [],
            "dropped": None if record == "r2" else 2,
        }
        | {"reasons": [], "received_at": AS_OF - timedelta(hours=40 - hour), "kafka_partition": 0}
        | {"kafka_offset": hour}
        for record, verdict, hour in told
    ]


def rejected() -> list[Row]:
    """Two complaints about r2, one about r1, which was accepted afterwards."""
    complaints = {"r1": [("missing", "$.pain")], "r2": [("out_of_range", "$.pain"), ("missing", "$.kind")]}
    return [
        {"record_id": record, "source": "home_app", "contract_version": 1, "quarantine_ref": f"q-{record}"}
        | {"reasons": [{"code": code, "path": path} for code, path in reasons], "received_at": AS_OF}
        | {"kafka_partition": 0, "kafka_offset": 0}
        for record, reasons in complaints.items()
    ]


def transitions() -> list[Row]:
    """f1 stands, f2 was withdrawn, f3 was withdrawn and published again; f1's message came twice."""
    told = [
        ("f1", "published", 1), ("f1", "published", 1), ("f2", "published", 2), ("f3", "published", 2),
        ("f2", "withdrawn", 3), ("f3", "withdrawn", 3), ("f3", "published", 11),
    ]  # fmt: skip
    return [
        {
            "fact_id": fact,
            "patient_key": "window",
            "episode_id": "e",
            "kind": "stage_entered",
            "change": change,
        }
        | {
            "muscle_group": "neck_flexors",
            "side": "midline",
            "from_stage": "S0",
            "to_stage": "S1",
            "rule": "up",
        }
        | {"occurred_at": days(5), "evidence": ["a", "b"], "message_id": f"{fact}:{at}", "partition": 0}
        | {"policy": "default_msk", "policy_version": 1, "missing": "[]", "next_offset": at}
        for fact, change, at in told
    ]


def progression() -> list[Row]:
    """One state with two tracks."""
    track = {
        "muscle_group": "neck_flexors", "side": "midline", "stage": "S2", "since": "2026-02-01T10:00:00Z",
        "sessions_in_stage": 3, "good_streak": 1, "pain_trend": -0.5, "adherence_14d": 0.75, "plateau": True,
        "regression": False, "next_review_at": None, "missing": [{"code": "pain", "text": "pain at most 2"}],
        "last_decision": {"action": "advance", "rule": "up", "decided_at": "2026-02-01T10:00:00Z"},
    }  # fmt: skip
    other = track | {
        "muscle_group": "neck_extensors",
        "last_decision": None,
        "missing": [],
        "pain_trend": None,
    }
    view = {
        "episode_id": "e", "condition": "neck_pain", "clinic": "north", "therapist": "t1", "program": "a",
        "closed_at": None, "policy": "default_msk", "policy_version": 1, "tracks": [track, other],
    }  # fmt: skip
    return [
        {
            "patient_key": "window",
            "episode_id": "e",
            "partition": 0,
            "next_offset": 9,
            "view": json.dumps(view),
        }
    ]
