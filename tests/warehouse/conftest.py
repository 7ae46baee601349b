"""A log in memory, a worker that folds it, and people with a course of care, for the warehouse's tests."""

import errno
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts import events as said
from contracts import topics
from contracts.events import Event
from contracts.settings import Settings, settings_from
from streams.batch import decode, fold
from streams.messages import progression_message, transition_message
from streams.progression.policy import rules_version
from streams.rows import Unpublished
from streams.states import changed_rows
from warehouse.durable import Disk
from warehouse.lake import Lake
from warehouse.land import Bounds, Chunk, land

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZERO = datetime(2026, 1, 5, 9, tzinfo=UTC)
PARTITIONS = 2


@dataclass(frozen=True)
class Row:
    """A Kafka record."""

    offset: int
    key: bytes | None
    value: bytes | None


class FakeLog:
    """Topics in memory, read in chunks as Kafka delivers them; ``keeps_from`` forgets what is older."""

    def __init__(self, chunk: int = 7) -> None:
        self.chunk = chunk
        self.rows: dict[str, dict[int, list[Row]]] = {}
        self.keeps_from: dict[tuple[str, int], int] = {}

    def add(self, topic: str, partition: int, key: str, value: bytes | None) -> None:
        rows = self.rows.setdefault(topic, {}).setdefault(partition, [])
        rows.append(Row(len(rows), key.encode(), value))

    def say(self, *spoken: Event) -> None:
        for event in spoken:
            number = int(event.patient_key[-1], 16) % PARTITIONS
            self.add(topics.EVENTS, number, event.patient_key, said.encode(event))

    def tell(self, topic: str, value: Mapping[str, Any]) -> None:
        self.add(topic, 0, "any", msgspec.json.encode(value))

    def bounds(self, topic: str) -> dict[int, Bounds]:
        return {
            number: Bounds(self.keeps_from.get((topic, number), 0), len(rows))
            for number, rows in self.rows.get(topic, {}).items()
        }

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        for number, (start, end) in wanted.items():
            for at in range(start, end, self.chunk):
                upto = min(end, at + self.chunk)
                yield Chunk(number, self.rows[topic][number][at:upto], upto)


class FakeWorker:
    """Folds what the log has beyond its position and publishes, as the stream's worker does."""

    def __init__(self, log: FakeLog, batch: int = 50) -> None:
        self.log, self.batch = log, batch
        self.states: dict[str, Any] = {}
        self.position: dict[int, int] = {}

    def run(self, upto: Mapping[int, int] | None = None) -> None:
        for number, rows in self.log.rows.get(topics.EVENTS, {}).items():
            end = (upto or {}).get(number, len(rows))
            for at in range(self.position.get(number, 0), end, self.batch):
                self._apply(number, rows[at : min(end, at + self.batch)])
            self.position[number] = end

    def _apply(self, number: int, rows: list[Row]) -> None:
        decoded = decode(rows, "the log")
        before = {key: self.states[key] for key in decoded.patient_keys() if key in self.states}
        folded = fold(decoded, before)
        self.states.update(folded.states)
        end = rows[-1].offset + 1
        for change in folded.changes:
            self._publish(number, transition_message(change, number, end))
        for (key, name), row in changed_rows(before, folded.states)[1].items():
            self._publish(
                number, progression_message(Unpublished(key, name, row), number, end, rules_version())
            )

    def _publish(self, number: int, message: Any) -> None:
        self.log.add(message.topic, number, message.key.decode(), message.value)


class Course:
    """One person's course of care: opened, a program, and sessions three days apart that go well."""

    def __init__(self, number: int, sessions: int = 6, source: str = "therapist_form") -> None:
        self.key = f"{number:032x}"
        self.episode = f"{number:031x}e"
        self.source = source
        self._number = number
        self._count = itertools.count(1)
        self.events = list(self._events(sessions))

    def at(self, when: datetime, **more: Any) -> dict[str, Any]:
        """The envelope of this person's next event."""
        identity = f"{self._number:020x}{next(self._count):012x}"
        envelope = {"event_id": identity, "patient_key": self.key, "occurred_at": when, "received_at": when}
        return {**envelope, "source": self.source, "contract_version": 1, **more}

    def _events(self, sessions: int) -> Iterator[Event]:
        yield said.EpisodeOpened(
            **self.at(ZERO),
            episode_id=self.episode,
            condition="post_surgical",
            clinic="harbour",
            zone="Europe/Berlin",
        )
        yield said.ProgramAssigned(
            **self.at(ZERO),
            episode_id=self.episode,
            program="KNEE-A",
            techniques=("therapeutic_exercise",),
            muscle_groups=("quadriceps",),
            goals=("regain_strength",),
            sessions_per_week=2.0,
            tracks=(said.TrackEntry(muscle_group="quadriceps", side="left", stage="S0"),),
        )
        for number in range(sessions):
            yield from self._session(number, ZERO + timedelta(days=1 + 3 * number))

    def _session(self, number: int, start: datetime) -> Iterator[Event]:
        name = f"{self._number:024x}{number:08x}"
        yield said.SessionRecorded(
            **self.at(start), place="clinic", attended=True, session_id=name, quality=0.9
        )
        yield said.SymptomReported(**self.at(start), phase="during", session_id=name, pain=1.0)
        yield said.ExerciseSetRecorded(
            **self.at(start + timedelta(minutes=5)),
            exercise="squat",
            muscle_group="quadriceps",
            side="left",
            session_id=name,
            prescribed_reps=10,
            completed_reps=10,
            correct_reps=10,
            load_kg=20.0 + number,
        )
        morning = start + timedelta(hours=20)
        yield said.SymptomReported(**self.at(morning), phase="next_morning", session_id=name, pain=1.0)


class FailsAt(Disk):
    """A disk on which the n-th step fails, and every one after it."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, path: Path, data: bytes) -> None:
        if self.left == 0:
            path.write_bytes(data[: len(data) // 2])
        self._step()
        super().write(path, data)

    def sync(self, handle: int) -> None:
        self._step()
        super().sync(handle)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


@pytest.fixture(scope="session")
def failing_disk() -> type[FailsAt]:
    return FailsAt


@pytest.fixture(scope="session")
def make_log() -> type[FakeLog]:
    return FakeLog


@pytest.fixture(scope="session")
def make_worker() -> type[FakeWorker]:
    return FakeWorker


@pytest.fixture(scope="session")
def make_course() -> type[Course]:
    return Course


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def mixed() -> Callable[[Iterable[Course]], list[Event]]:
    """The events of several people, one after another in turn."""

    def mix(courses: Iterable[Course]) -> list[Event]:
        turns = itertools.zip_longest(*(course.events for course in courses))
        return [event for turn in turns for event in turn if event is not None]

    return mix


@pytest.fixture
def clinic_log(mixed: Any) -> FakeLog:
    """Six people whose events a worker has folded and published."""
    log = FakeLog()
    log.say(*mixed([Course(number) for number in range(6)]))
    FakeWorker(log).run()
    return log


@pytest.fixture
def landed(tmp_path: Path) -> Callable[..., Lake]:
    """Lands a log and gives the lake."""

    def make(log: FakeLog, folder: Path | None = None, **options: Any) -> Lake:
        place = folder or tmp_path / "lake"
        return Lake(place, land(place, log, NOW, **options).manifest)

    return make


@pytest.fixture
def home_settings(tmp_path: Path) -> Settings:
    return settings_from({"MYOMAP_HOME": str(tmp_path / "home")})


PROJECT = """
name: small
version: "1.0.0"
config-version: 2
profile: small
models: {small: {+materialized: table, +database: candidate}}
flags: {send_anonymous_usage_stats: false}
"""
PROFILES = """
small:
  target: working
  outputs:
    working:
      type: duckdb
      path: "{{ env_var('WAREHOUSE_FILE') }}"
      schema: main
      attach: [{path: "{{ env_var('CANDIDATE_FILE') }}", alias: candidate}]
      settings: {TimeZone: UTC}
"""
MODEL = """
SELECT events.*, build.release, build.as_of
FROM lake.events AS events, lake.build AS build WHERE event_type = 'EpisodeOpened'
"""


@pytest.fixture
def small_project(tmp_path: Path) -> Callable[..., Path]:
    """A dbt project with one mart and one test, in the place of the real one."""

    def make(model: str = MODEL, test: str = "SELECT * FROM {{ ref('fct_episode') }} WHERE false") -> Path:
        folder = tmp_path / "project"
        for name, text in (
            ("dbt_project.yml", PROJECT),
            ("profiles.yml", PROFILES),
            ("models/fct_episode.sql", model),
            ("tests/nothing_is_odd.sql", test),
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder

    return make
