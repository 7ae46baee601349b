"""The dbt project, built once on a small lake made by hand; every figure below was worked out by hand."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from scipy.stats import t as t_distribution

from contracts import events as said
from contracts.measures.classify import classify
from contracts.measures.registry import measures, thresholds
from warehouse.effects.population import select
from warehouse.effects.protocol import DAYS_UNTIL_DUE, Protocol, is_due

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "warehouse" / "transform"
DATA = ROOT.parent / "shared" / "data" / "strength_programs.csv"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ZERO = datetime(2026, 1, 10, 9, tzinfo=UTC)

EVENTS = """
    event_id VARCHAR, event_type VARCHAR, patient_key VARCHAR, occurred_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ, source VARCHAR, contract_version INT, landed_at TIMESTAMPTZ,
    kafka_partition INT, kafka_offset BIGINT,
    episode_id VARCHAR, condition VARCHAR, clinic VARCHAR, zone VARCHAR, side VARCHAR, body_region VARCHAR,
    onset_on DATE, origin VARCHAR, chronicity VARCHAR, severity VARCHAR, age_band VARCHAR, sex VARCHAR,
    comorbidity_count INT, prior_surgery BOOL, payer_class VARCHAR, therapist VARCHAR, program VARCHAR,
    techniques VARCHAR[], muscle_groups VARCHAR[], goals VARCHAR[], sessions_per_week DOUBLE,
    minutes_per_session DOUBLE, policy VARCHAR, policy_version INT,
    tracks STRUCT(muscle_group VARCHAR, side VARCHAR, stage VARCHAR)[], place VARCHAR, attended BOOL,
    session_id VARCHAR, missed_reason VARCHAR, duration_min DOUBLE, quality DOUBLE, red_flag BOOL,
    phase VARCHAR, pain DOUBLE, soreness VARCHAR, tenderness DOUBLE, effusion_grade DOUBLE, inflammation BOOL,
    exercise VARCHAR, muscle_group VARCHAR, stage VARCHAR, prescribed_reps INT, completed_reps INT,
    correct_reps INT, load_kg DOUBLE, range_deg DOUBLE, peak_speed_deg_s DOUBLE, peak_force_n DOUBLE,
    effort DOUBLE, measure VARCHAR, value DOUBLE, unit VARCHAR, method VARCHAR, device_class VARCHAR,
    rater VARCHAR, occasion VARCHAR, to_stage VARCHAR, reason_code VARCHAR, reason VARCHAR, corrects VARCHAR,
    changes VARCHAR, retracts VARCHAR, other_key VARCHAR
"""
RECEIPTS = """
    record_id VARCHAR, door VARCHAR, origin VARCHAR, source VARCHAR, contract_version INT, verdict VARCHAR,
    event_ids VARCHAR[], reasons VARCHAR[], dropped INT, received_at TIMESTAMPTZ,
    kafka_partition INT, kafka_offset BIGINT
"""
REJECTED = """
    record_id VARCHAR, source VARCHAR, contract_version INT, reasons STRUCT(code VARCHAR, path VARCHAR)[],
    sha256 VARCHAR, size_bytes BIGINT, quarantine_ref VARCHAR, received_at TIMESTAMPTZ, kafka_partition INT,
    kafka_offset BIGINT
"""
TRANSITIONS = """
    fact_id VARCHAR, patient_key VARCHAR, episode_id VARCHAR, kind VARCHAR, muscle_group VARCHAR,
    side VARCHAR, from_stage VARCHAR, to_stage VARCHAR, rule VARCHAR, policy VARCHAR, policy_version INT,
    occurred_at TIMESTAMPTZ, evidence VARCHAR[], missing VARCHAR, reason_code VARCHAR, change VARCHAR,
    message_id VARCHAR, partition INT, next_offset BIGINT
"""
PROGRESSION = """
    patient_key VARCHAR, episode_id VARCHAR, partition INT, next_offset BIGINT, rules_version VARCHAR,
    view VARCHAR, detail BLOB
"""
MEASURES = """
    measure VARCHAR, label VARCHAR, construct VARCHAR, domain VARCHAR, unit VARCHAR, direction VARCHAR,
    low DOUBLE, high DOUBLE, patient_reported BOOL, at_muscle BOOL, licence VARCHAR, citation VARCHAR
"""
THRESHOLDS = """
    "row" VARCHAR, measure VARCHAR, status VARCHAR, citation VARCHAR, population VARCHAR,
    conditions VARCHAR[], device_class VARCHAR, baseline_low DOUBLE, baseline_high DOUBLE, mdc DOUBLE,
    mdc_same_rater DOUBLE, mcid DOUBLE, mcid_share_of_baseline DOUBLE, anchor VARCHAR, method VARCHAR, n INT,
    muscle_groups VARCHAR[], mdc_share_of_baseline DOUBLE, mdc_share_same_rater DOUBLE
"""
Row = dict[str, Any]


def row_of(event: said.Event, offset: int) -> Row:
    """An event as a row of the wide table: every field under its own name, ``changes`` as JSON text."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "schema_version"}
    if "changes" in fields:
        fields["changes"] = json.dumps(fields["changes"])
    if "tracks" in fields:
        fields["tracks"] = [msgspec.to_builtins(track) for track in fields["tracks"]]
    lists = {name: list(value) for name, value in fields.items() if isinstance(value, tuple)}
    where = {"landed_at": event.received_at, "kafka_partition": 0, "kafka_offset": offset}
    return {"event_type": type(event).__name__} | fields | lists | where


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[Row]) -> None:
    connection.execute(f"CREATE TABLE {table} ({columns})")
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def plain(value: Any, columns: str) -> Row:
    """Those fields of a registry row that the table has."""
    return {
        name: list(one) if isinstance(one := getattr(value, name), tuple) else one
        for name in type(value).__dataclass_fields__
        if f"{name} " in columns.replace('"', "")
    }


def make_lake(path: Path, events: list[said.Event], **tables: list[Row]) -> None:
    """A database file with the schemas that the project reads."""
    connection = duckdb.connect(str(path))
    connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA lake; CREATE SCHEMA reference")
    insert(connection, "lake.events", EVENTS, [row_of(event, at) for at, event in enumerate(events)])
    insert(connection, "lake.receipts", RECEIPTS, tables.get("receipts", []))
    insert(connection, "lake.rejected", REJECTED, tables.get("rejected", []))
    insert(connection, "lake.transitions", TRANSITIONS, tables.get("transitions", []))
    insert(connection, "lake.progression", PROGRESSION, tables.get("progression", []))
    insert(connection, "reference.measures", MEASURES, [plain(one, MEASURES) for one in measures()])
    insert(connection, "reference.thresholds", THRESHOLDS, [plain(one, THRESHOLDS) for one in thresholds()])
    degrees = range(1, 1001)
    quantiles = [(n, float(t)) for n, t in zip(degrees, t_distribution.ppf(0.975, degrees), strict=True)]
    connection.execute("CREATE TABLE reference.t_quantiles (degrees INT, t95 DOUBLE)")
    connection.executemany("INSERT INTO reference.t_quantiles VALUES (?, ?)", quantiles)
    connection.close()


def build(path: Path, as_of: datetime = AS_OF, *more: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a file, as the refresh does: in a process of its own."""
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--no-partial-parse",
        "build",
        "--target-path",
        str(path.parent / "target"),
    ]
    command += [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--log-path",
        str(path.parent / "logs"),
    ]
    command += ["--vars", json.dumps({"release": "7", "as_of": as_of.isoformat()}), *more]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"WAREHOUSE_FILE": str(path)},
        cwd=path.parent,
    )


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


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built marts, read-only."""
    path = tmp_path_factory.mktemp("transform") / "working.duckdb"
    people = People()
    for part in (windows, put_right, merged, two_episodes, sessions, cohort, edges, both_sides, trial):
        part(people)
    make_lake(
        path, people.events, receipts=receipts(), rejected=rejected(), transitions=transitions(),
        progression=progression(),
    )  # fmt: skip
    done = build(path)
    assert done.returncode == 0, done.stdout[-6000:]
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


@pytest.fixture
def ask(marts: duckdb.DuckDBPyConnection) -> Callable[..., list[Any]]:
    """Rows of a query; rows of one column as bare values."""

    def rows(sql: str, *values: Any) -> list[Any]:
        found = marts.execute(sql, list(values)).fetchall()
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    return rows


Ask = Callable[..., list[Any]]
CHANGE = "SELECT baseline, follow_up FROM fct_change WHERE patient_key = ? AND horizon = ?"


def test_baseline_is_the_last_value_until_the_local_day_of_the_first_attended_session_ends(ask: Ask) -> None:
    assert ask(CHANGE, "window", "latest")[0][0] == 30
    assert ask(CHANGE, "missed", "latest") == [(30, 28)]


def test_a_value_of_more_than_30_days_before_time_zero_is_no_baseline(ask: Ask) -> None:
    assert ask(CHANGE, "too_old", "week_6") == [(None, 20)]
    assert ask("SELECT DISTINCT class FROM fct_change WHERE patient_key = 'too_old'") == ["unknown"]


def test_follow_up_is_the_value_nearest_to_the_horizon_within_two_weeks(ask: Ask) -> None:
    assert ask(CHANGE, "window", "week_6") == [(30, 25)]
    assert ask(CHANGE, "window", "week_12") == [(30, 22)]
    assert ask(CHANGE, "window", "latest") == [(30, 12)]
    assert [ask(CHANGE, "between", horizon) for horizon in ("week_6", "week_12")] == [[(30, None)]] * 2


def test_discharge_is_the_last_value_within_two_weeks_before_closing(ask: Ask) -> None:
    assert ask(CHANGE, "window", "discharge") == [(30, 21)]
    assert ask(CHANGE, "one_score", "discharge") == []


def test_improvement_is_positive_where_lower_is_better_and_fell(ask: Ask) -> None:
    found = ask(
        "SELECT change, improvement FROM fct_change WHERE patient_key = 'window' AND horizon = 'week_6'"
    )
    assert found == [(-5, 5)]


def test_one_score_is_unknown_and_never_no_change(ask: Ask) -> None:
    found = ask("SELECT horizon, follow_up, class FROM fct_change WHERE patient_key = 'one_score' ORDER BY 1")
    assert found == [(horizon, None, "unknown") for horizon in ("latest", "week_12", "week_6")]


def test_same_rater_is_known_only_where_both_are_named(ask: Ask) -> None:
    found = dict(ask("SELECT patient_key, same_rater FROM fct_change WHERE measure = 'muscle_strength'"
                     " AND horizon = 'latest' AND patient_key IN ('raters', 'rater', 'nobody')"))  # fmt: skip
    assert found == {"raters": False, "rater": True, "nobody": None}


def test_the_class_is_the_registry_s(ask: Ask) -> None:
    rows = ask("SELECT measure, condition, baseline, follow_up, same_rater, device_class, muscle_group,"
               " class, threshold_row, mdc, mcid FROM fct_change")  # fmt: skip
    assert len(rows) > 20
    for *inputs, kind, row, mdc, mcid in rows:
        found = classify(*inputs)
        assert (found.kind, found.row, found.mdc, found.mcid) == (kind, row, mdc, mcid)


def test_the_correction_with_the_later_time_then_the_larger_id_wins(ask: Ask) -> None:
    found = ask("SELECT value FROM fct_outcome WHERE patient_key = 'corrected' ORDER BY event_id")
    assert found == [26, 24, 20, 20, 20, 20, 19, 18]


def test_a_retraction_beats_corrections_and_takes_back_a_correction(ask: Ask) -> None:
    days_left = ask("SELECT day FROM fct_outcome WHERE patient_key = 'corrected' ORDER BY occurred_at")
    assert days_left == [0, 1, 3, 4, 5, 7, 30, 50]


def test_a_correction_may_change_several_fields_and_is_left_aside_where_it_does_not_fit(ask: Ask) -> None:
    found = ask(
        "SELECT day, side FROM fct_outcome WHERE patient_key = 'corrected' AND day IN (3, 50) ORDER BY 1"
    )
    assert found == [(3, None), (50, "left")]


def test_a_repeated_event_counts_once(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM fct_outcome WHERE event_id = 'early'") == [1]


def test_merged_keys_are_one_person_under_the_smallest(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM fct_outcome WHERE patient_key IN ('m2', 'm3')") == [0]
    assert ask(CHANGE, "m1", "week_6") == [(30, 20)]
    assert ask("SELECT episode_id FROM fct_session WHERE patient_key = 'm1'") == ["e"]


def test_events_without_an_episode_go_to_the_one_whose_program_covers_them(ask: Ask) -> None:
    sql = "SELECT event_id[5:], episode_id FROM fct_outcome WHERE patient_key = 'two'"
    assert dict(ask(sql)) == {
        "knee": "knee",
        "knee_before_its_program": "knee",
        "other_side": None,
        "both_sides": "knee",
        "group_without_track": "knee",
        "shoulder": "shoulder",
        "shoulder_after_closing": None,
        "too_early": None,
        "elsewhere": None,
        "named": "knee",
        "unheard_of": None,
    }


def test_events_without_a_muscle_go_to_the_open_episode_that_was_opened_last(ask: Ask) -> None:
    found = dict(ask("SELECT session_key[5:], episode_id FROM fct_session WHERE patient_key = 'two'"))
    assert found == {"latest_opened": "shoulder", "only_open": "knee", "none_open": None}


def test_reports_of_one_session_are_joined_field_by_field(ask: Ask) -> None:
    found = ask(
        "SELECT attended, duration_min, quality, red_flag, therapist, sources, started_at, session_id"
        " FROM fct_session WHERE patient_key = 'sessions' AND place = 'clinic' ORDER BY started_at"
    )
    sources = ["gait_mat", "home_app", "therapist_form"]
    assert found[0] == (True, 30, 0.9, True, "t2", sources, days(5), "x")
    assert found[1][5] == ["therapist_form"]
    assert len(found) == 2


def test_a_session_at_home_is_another_than_one_in_the_clinic(ask: Ask) -> None:
    sql = "SELECT count(*) FROM fct_session WHERE patient_key = 'sessions' AND place = 'home'"
    assert ask(sql) == [1]


def test_symptoms_and_sets_find_their_session(ask: Ask) -> None:
    sql = """SELECT pain_before, pain_during, prescribed_reps, completed_reps, correct_reps
        FROM fct_session WHERE patient_key = 'sessions' AND place = 'clinic' ORDER BY started_at"""
    first, second = ask(sql)
    # Of the most trusted source the worst; the app's 7 is not asked.
    assert first == (2, 6, 20, 18, 16)
    assert second == (None, None, None, None, None)
    mornings = ask("SELECT pain_next_morning FROM fct_session WHERE session_key = 's:second'")
    assert mornings == [4]


def test_an_episode_without_any_score_still_started(ask: Ask) -> None:
    sql = """SELECT program, n_started, n_baseline, n_measured, round(completeness, 4), n_unknown
        FROM agg_outcomes WHERE condition = 'carpal_tunnel' AND muscle_group = 'wrist_flexors'
        AND measure = 'bctq_fss' AND horizon = 'week_12' AND goal = 'all' AND month = 'all'
        ORDER BY program"""
    assert ask(sql) == [("a", 3, 3, 2, 0.6667, 1), ("all", 4, 3, 2, 0.5, 2), ("b", 1, 0, 0, 0, 1)]


def test_means_intervals_and_standardised_change_are_right(ask: Ask) -> None:
    sql = """SELECT mean_baseline, mean_change, sd_change, ci_low, ci_high, standardised_change
        FROM agg_outcomes WHERE condition = 'carpal_tunnel' AND muscle_group = 'wrist_flexors'
        AND measure = 'bctq_fss' AND horizon = 'week_12' AND goal = 'all' AND month = 'all'
        AND program = 'all'"""
    # Improvements 1.0 and 0.5; t(1) = 12.7062; baselines 3.0, 3.5, 4.0 have SD 0.5.
    half = 12.706204736 * 0.3535533906 / 2**0.5
    assert ask(sql)[0] == pytest.approx((3.25, 0.75, 0.3535533906, 0.75 - half, 0.75 + half, 1.5))


def test_totals_over_goals_months_and_programs_count_an_episode_once(ask: Ask) -> None:
    sql = """SELECT goal, month, n_started FROM agg_outcomes WHERE condition = 'carpal_tunnel'
        AND muscle_group = 'hand_intrinsics' AND horizon = 'week_12' AND program = 'all' ORDER BY ALL"""
    counts = {"2026-01": 3, "2026-02": 1, "all": 4}
    goals = ("all", "reduce_pain", "return_to_work")
    assert ask(sql) == [(goal, month, n) for goal in goals for month, n in counts.items()]


def test_a_person_counts_once_per_domain(ask: Ask) -> None:
    sql = """SELECT muscle_group, n_people, n_measured, n_classified, n_improved, standardised_change,
        measures FROM agg_domain WHERE condition = 'carpal_tunnel' AND program = 'all' AND domain = 'function'
        AND horizon = 'week_12' ORDER BY 1"""
    # Error 0.79, importance 0.5: an improvement of 1.0 is improved, one of 0.5 is probable.
    for row in ask(sql):
        assert row[1:] == (4, 2, 2, 1, 1.5, ["bctq_fss"])
    assert len(ask(sql)) == 3


def test_the_trend_counts_people_by_clinic_and_month(ask: Ask) -> None:
    sql = """SELECT month, n_started, n_baseline, n_measured, n_classified, n_improved, standardised_change
        FROM agg_clinic_month WHERE clinic = 'south' AND condition = 'all' ORDER BY month"""
    assert ask(sql) == [("2026-01", 3, 3, 2, 2, 1, 1.5), ("2026-02", 1, 0, 0, 0, 0, None)]


def test_healthy_people_are_never_in_clinical_totals(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM agg_domain WHERE condition = 'none'") == [0]
    assert ask("SELECT count(*) FROM agg_clinic_month WHERE clinic = 'gym'") == [0]


def test_a_change_of_program_leaves_the_analysis_with_the_first(ask: Ask) -> None:
    assert ask("SELECT program, time_zero FROM fct_episode WHERE patient_key = 'c1'") == [("a", ZERO)]
    assert ask("SELECT DISTINCT program FROM fct_change WHERE patient_key = 'c1'") == ["a"]
    assert dict(ask("SELECT program, n_episodes FROM dim_program WHERE condition = 'carpal_tunnel'"
                    " AND muscle_group = 'wrist_flexors'")) == {"a": 3, "b": 2}  # fmt: skip


def test_due_agrees_with_the_protocol_to_the_second(ask: Ask) -> None:
    rows = ask("SELECT horizon, time_zero, due FROM fct_change WHERE horizon IN ('week_6', 'week_12')")
    assert {due for _, _, due in rows} == {True, False}
    assert [row for row in rows if is_due(row[1], AS_OF, row[0]) != row[2]] == []
    for horizon in ("week_6", "week_12", "latest"):
        assert ask(
            f"SELECT due FROM fct_change WHERE patient_key = '{horizon}:closed' AND horizon = ?", horizon
        )
    assert ask("SELECT due FROM fct_change WHERE patient_key = 'week_12:open' AND horizon = 'week_12'") == []
    assert ask("SELECT due FROM fct_change WHERE patient_key = 'latest:open'") == []
    assert ask("SELECT due FROM fct_change WHERE patient_key = 'week_6:open' AND horizon = 'week_6'") == [
        False
    ]


def test_who_is_not_due_is_in_no_figure_but_the_latest(ask: Ask) -> None:
    # 56 days are over for week_6:closed, latest:closed and both week_12; week_6:open was measured early.
    sql = """SELECT horizon, n_started, n_measured FROM agg_outcomes WHERE program = 'all' AND goal = 'all'
        AND month = 'all' AND condition = 'repetitive_strain_injury' ORDER BY horizon"""
    assert ask(sql) == [("latest", 5, 2), ("week_12", 1, 0), ("week_6", 4, 1)]


def test_of_two_sides_the_treated_one_stands_for_the_episode(ask: Ask) -> None:
    sql = "SELECT side, improvement FROM fct_change WHERE patient_key = 'sides' AND horizon = 'week_12'"
    assert sorted(ask(sql)) == [("left", 10), ("right", 50)]
    sql = """SELECT n_started, n_measured, mean_change FROM agg_outcomes
        WHERE program = 'all' AND goal = 'all' AND month = 'all' AND condition = 'post_injury'
        AND horizon = 'week_12'"""
    assert ask(sql) == [(1, 1, 50)]


def test_whom_the_figures_are_about_are_those_whom_the_figures_count(ask: Ask) -> None:
    rows = """SELECT condition, muscle_group, program, measure, method, device_class, horizon, count(*),
        count(baseline), count(improvement) FROM fct_follow_up GROUP BY ALL ORDER BY ALL"""
    figures = """SELECT condition, muscle_group, program, measure, method, device_class, horizon, n_started,
        n_baseline, n_measured FROM agg_outcomes WHERE program <> 'all' AND goal = 'all' AND month = 'all'
        ORDER BY ALL"""
    assert ask(rows) == ask(figures) != []


def test_a_comparison_counts_an_episode_without_any_score_as_started(ask: Ask) -> None:
    names = ["patient_key", "episode_id", "condition", "muscle_group", "measure", "method", "device_class",
             "horizon", "program", "baseline", "follow_up", "severity"]  # fmt: skip
    found = ask(f"SELECT {', '.join(names)} FROM fct_follow_up")  # the names stand above
    table = [dict(zip(names, row, strict=True)) for row in found]
    protocol = Protocol(
        "carpal_tunnel", "wrist_flexors", "a", "b", "bctq_fss", "BCTQ", "score", "lower"
    )  # fmt: skip
    population = select(table, protocol)
    assert (population.count("a"), population.count("b")) == ((3, 3, 2), (1, 0, 0))


def test_the_latest_verdict_on_a_record_counts(ask: Ask) -> None:
    sql = "SELECT received, accepted, duplicate, rejected, dropped FROM ops_source_day ORDER BY day"
    assert ask(sql) == [(3, 1, 1, 1, 4), (1, 1, 0, 0, 2)]
    refused = ask(
        "SELECT code, path, n, sample_record_id, sample_quarantine_ref FROM ops_rejection ORDER BY 1"
    )
    assert refused == [("missing", "$.kind", 1, "r2", "q-r2"), ("out_of_range", "$.pain", 1, "r2", "q-r2")]


def test_only_facts_that_stand_are_shown(ask: Ask) -> None:
    assert ask("SELECT fact_id, clinic, program FROM fct_transition ORDER BY 1") == [
        ("f1", "north", "a"),
        ("f3", "north", "a"),
    ]


def test_tracks_are_read_from_the_landed_states(ask: Ask) -> None:
    sql = """SELECT muscle_group, stage, good_streak, pain_trend, last_action, last_decided_at, missing,
        is_open FROM fct_track ORDER BY 1"""
    decided = datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert ask(sql) == [
        ("neck_extensors", "S2", 1, None, None, None, [], True),
        ("neck_flexors", "S2", 1, -0.5, "advance", decided, ["pain at most 2"], True),
    ]


def test_every_mart_says_its_release_and_as_of(ask: Ask) -> None:
    marts = ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'")
    assert len(marts) == 16
    for mart in marts:
        assert ask(f"SELECT DISTINCT release, as_of FROM {mart}") in ([("7", AS_OF)], []), mart


def test_the_strength_of_three_programs_is_what_was_published(ask: Ask) -> None:
    if not DATA.exists():
        pytest.skip(f"LOUDLY SKIPPED: the published strength data is not there ({DATA.name})")
    sql = """SELECT program, count(*), round(avg(improvement), 4), any_value(muscle_group) FROM fct_change
        WHERE measure = 'strength_score' AND horizon = 'latest' GROUP BY program ORDER BY program"""
    none = "unspecified"
    assert ask(sql) == [("CONT", 20, -0.15, none), ("RI", 16, 1.4375, none), ("WI", 21, 2.0476, none)]
    sql = """SELECT n_started, n_measured, round(mean_change, 4) FROM agg_outcomes WHERE condition = 'none'
        AND measure = 'strength_score' AND horizon = 'latest' AND goal = 'all' AND month = 'all'
        AND program = 'RI'"""
    assert ask(sql) == [(16, 16, 1.4375)]


def test_a_mart_with_a_wrong_row_stops_the_build(tmp_path: Path) -> None:
    path = tmp_path / "working.duckdb"
    people = People()
    people.start("p")
    people.value("p", days(1), 30.0, measure="strength_of_will")
    make_lake(path, people.events)
    done = build(path, AS_OF, "--select", "+fct_outcome", "dim_measure")
    assert done.returncode != 0
    assert "relationships_fct_outcome_measure" in done.stdout
