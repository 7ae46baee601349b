"""The tables that dbt reads, written from canonical events, and the build on them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from scipy.stats import t as t_distribution

from contracts import events as said
from contracts.measures.registry import measures, thresholds
from warehouse.load import name_build, note_ends
from warehouse.spoken_tables import add_events, make_event_tables, note_repeated
from warehouse.touched import touch_nobody

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "warehouse" / "transform"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)

EVENTS = """
    event_id VARCHAR, event_type VARCHAR, patient_key VARCHAR, occurred_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ, source VARCHAR, contract_version INT,
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
    occurred_at TIMESTAMPTZ, evidence VARCHAR[], missing VARCHAR, reason_code VARCHAR, says VARCHAR,
    inputs VARCHAR, window_from TIMESTAMPTZ, change VARCHAR,
    message_id VARCHAR, partition INT, next_offset BIGINT
"""
PROGRESSION = """
    patient_key VARCHAR, episode_id VARCHAR, partition INT, next_offset BIGINT, rules_version VARCHAR,
    view VARCHAR, detail BLOB
"""
MEASURES = """
    measure VARCHAR, label VARCHAR, construct VARCHAR, domain VARCHAR, unit VARCHAR, direction VARCHAR,
    low DOUBLE, high DOUBLE, patient_reported BOOL, at_muscle BOOL, licence VARCHAR, citation VARCHAR,
    version VARCHAR, role VARCHAR, items INT, item_low DOUBLE, item_high DOUBLE, least_answered INT,
    scoring VARCHAR, missing_items VARCHAR, loinc VARCHAR, ucum VARCHAR, classifies BOOL
"""
THRESHOLDS = """
    "row" VARCHAR, measure VARCHAR, status VARCHAR, citation VARCHAR, population VARCHAR,
    conditions VARCHAR[], device_class VARCHAR, baseline_low DOUBLE, baseline_high DOUBLE, mdc DOUBLE,
    mdc_same_rater DOUBLE, mcid DOUBLE, mcid_share_of_baseline DOUBLE, anchor VARCHAR, method VARCHAR, n INT,
    muscle_groups VARCHAR[], mdc_share_of_baseline DOUBLE, mdc_share_same_rater DOUBLE,
    mdc_level INT, mcid_low DOUBLE, mcid_high DOUBLE, "interval" VARCHAR, alternative BOOL
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
    where = {"kafka_partition": 0, "kafka_offset": offset}
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


def make_lake(path: Path, events: list[said.Event], as_of: datetime = AS_OF, **tables: list[Row]) -> None:
    """A database file with the schemas that the project reads."""
    connection = duckdb.connect(str(path))
    connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA lake; CREATE SCHEMA reference")
    connection.execute("CREATE SCHEMA landing")
    insert(connection, "landing.events", EVENTS, [row_of(event, at) for at, event in enumerate(events)])
    make_event_tables(connection, "landing.events")
    add_events(connection, "landing.events")
    note_repeated(connection)
    touch_nobody(connection)
    note_ends(connection, {"0": len(events)})
    name_build(connection, "7", as_of)
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


def marts_of(path: Path) -> Path:
    """The file of the marts that are built from this file of a lake."""
    return path.with_name("candidate.duckdb")


def build(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a file, in a process of its own; the marts come to lie in ``marts_of(path)``."""
    return dbt(path, "build", "--full-refresh", *more)


def dbt(path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one command of dbt on a file, in a process of its own."""
    folders = {"project": PROJECT, "profiles": PROJECT}
    places = [each for name, folder in folders.items() for each in (f"--{name}-dir", str(folder))]
    places += ["--target-path", str(path.parent / "target"), "--log-path", str(path.parent / "logs")]
    called = [str(Path(sys.executable).with_name("dbt")), "--no-partial-parse", *command]
    return subprocess.run(
        [*called, *places],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"WAREHOUSE_FILE": str(path), "CANDIDATE_FILE": str(marts_of(path))},
        cwd=path.parent,
    )
