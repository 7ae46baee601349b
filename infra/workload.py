"""What the bench works on: records, events and a table of figures, the same each time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from contracts import events
from contracts.events import Envelope

BEGIN: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SESSIONS: Final = 16
"""Sessions of each episode, twice a week."""


@dataclass(frozen=True)
class Record:
    """A message of the log as the fold gets it."""

    offset: int
    key: bytes
    value: bytes


def device_records(count: int) -> list[bytes]:
    """So many records of the motion sensor as the device sends them."""
    return [json.dumps(_device_record(number)).encode() for number in range(count)]


def log_of_events(count: int) -> list[Record]:
    """At least so many canonical events of whole episodes, in the order of their time."""
    per_patient = 2 + 6 * SESSIONS
    said = [event for patient in range(-(-count // per_patient)) for event in _episode(patient)]
    said.sort(key=lambda event: (event.occurred_at, event.event_id))
    encoded = ((event.patient_key.encode(), events.encode(event)) for event in said)
    return [Record(offset, key, value) for offset, (key, value) in enumerate(encoded)]


def write_marts(path: Path, rows: int) -> None:
    """A file with a table of figures, sorted as a release sorts it."""
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE agg_outcomes AS SELECT 'c' || range // 1000 AS condition,"
            " 'g' || range // 100 % 10 AS muscle_group, 'all' AS goal, 'p' || range % 4 AS program,"
            " 'm' || range // 4 % 5 AS measure, 'latest' AS horizon, 'all' AS month,"
            " range % 90 AS n_measured, range % 17 / 10 AS mean_change FROM range(?)"
            " ORDER BY condition, muscle_group",
            [rows],
        )


def _device_record(number: int) -> dict[str, Any]:
    patient, place = divmod(number, 100)
    return {
        "patient_ref": f"BN-{patient:05}",
        "session_ref": f"BN-{patient:05}-S{place // 3:02}",
        "started_at": (BEGIN + timedelta(days=place // 3, minutes=place)).isoformat(),
        "set_id": f"BN-{patient:05}-{place:03}",
        "exercise": "bird_dog",
        "muscle_group": "lumbar_extensors",
        "side": "bilateral",
        "place": "clinic",
        "prescribed_reps": 10,
        "completed_reps": 10,
        "correct_reps": 9,
        "load_kg": 2.5,
        "range_deg": 47.5,
        "peak_speed_deg_s": 82.0,
    }


def _episode(patient: int) -> Iterator[Any]:
    key, episode = f"{patient:032x}", f"{patient:032x}"
    yield _said(events.EpisodeOpened, key, 0, BEGIN, episode_id=episode, **OPENED)
    yield _said(events.ProgramAssigned, key, 1, BEGIN, episode_id=episode, **ASSIGNED)
    for number in range(SESSIONS):
        yield from _session(key, episode, number)


def _session(key: str, episode: str, number: int) -> Iterator[Any]:
    at, session = BEGIN + timedelta(days=1 + 7 * number // 2), f"{key[:24]}{number:08x}"
    named = {"episode_id": episode, "session_id": session}
    first = 10 + 10 * number
    yield _said(events.SessionRecorded, key, first, at, **named, **ATTENDED)
    for place, phase in enumerate(("during", "after"), start=1):
        yield _said(events.SymptomReported, key, first + place, at, **named, phase=phase, pain=1.0)
    for place in range(3, 6):
        later = at + timedelta(minutes=place)
        yield _said(events.ExerciseSetRecorded, key, first + place, later, **named, **PERFORMED)


def _said(kind: type[Envelope], key: str, number: int, at: datetime, **fields: Any) -> Envelope:
    name = events.event_id_of(key, "bench", kind.__name__, (str(number),))
    carried: dict[str, Any] = {"event_id": name, "patient_key": key, "occurred_at": at, "received_at": at}
    return kind(**carried, source="bench", contract_version=1, **fields)


OPENED: Final[dict[str, Any]] = {
    "condition": "low_back_pain",
    "clinic": "bench",
    "zone": "Europe/Berlin",
    "side": "bilateral",
}
ASSIGNED: Final[dict[str, Any]] = {
    "program": "stabilization_led",
    "techniques": ("stabilization",),
    "muscle_groups": ("lumbar_extensors",),
    "goals": ("reduce_pain",),
    "sessions_per_week": 2.0,
    "tracks": (events.TrackEntry(muscle_group="lumbar_extensors", side="bilateral", stage="S0"),),
}
ATTENDED: Final[dict[str, Any]] = {"place": "clinic", "attended": True, "quality": 0.9, "duration_min": 40.0}
PERFORMED: Final[dict[str, Any]] = {
    "exercise": "bird_dog",
    "muscle_group": "lumbar_extensors",
    "side": "bilateral",
    "prescribed_reps": 10,
    "completed_reps": 10,
    "correct_reps": 9,
}
