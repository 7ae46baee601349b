"""Fills a fresh state store of the stream from the lake: the same fold, and only what is news goes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from contracts import topics
from contracts.events import PatientErased, encode
from streams.batch import decode
from streams.messages import MARKER, MARKER_KEY
from streams.progression.decisions import Fact, FactChange, facts
from streams.progression.state import PatientState, initial
from streams.rebuilding import FreshStore
from streams.rows import QuarantinedRow
from warehouse.lake import Lake, events_of_type
from warehouse.land import Log
from warehouse.records import EVENTS
from warehouse.replay import Person, folded, opened, people
from warehouse.set_aside import Unread, unread
from warehouse.standing import standing_facts

AT_A_TIME = 200
"""Patients that are written in one transaction."""
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Filled:
    """What a store holds now, and the facts of which the topic told something else."""

    patients: int
    published: int
    withdrawn: int
    quarantined: int


@dataclass(frozen=True)
class Raw:
    """A record as the lake keeps it, without its key."""

    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True)
class Published:
    """What the compacted topic holds of a partition: keys with a value, and who published last."""

    keys: tuple[tuple[str, str], ...] = ()
    owner: str | None = None


@dataclass
class _Filling:
    """One store while it is filled."""

    store: FreshStore
    standing: dict[str, dict[str, Fact]]
    waiting: dict[str, PatientState] = field(default_factory=dict)
    changes: list[FactChange] = field(default_factory=list)
    failed: list[QuarantinedRow] = field(default_factory=list)
    records: list[Raw] = field(default_factory=list)
    patients: int = 0

    def take(self, key: str, state: PatientState) -> None:
        """A patient's state, and what of its facts the topic tells otherwise."""
        self.patients += 1
        self.waiting[key] = state
        self.changes += difference(self.standing.pop(key, {}), facts(state))
        if len(self.waiting) >= AT_A_TIME:
            self.write()

    def fail(self, person: Person, rows: Sequence[QuarantinedRow]) -> None:
        """Keep what the fold failed on, with the bytes in which it was said."""
        offsets = {row.record_offset for row in rows}
        self.failed += rows
        self.records += [
            Raw(each.offset, None, encode(each.event)) for each in person.said if each.offset in offsets
        ]

    def write(self) -> None:
        """Write whoever waits."""
        self.store.write(self.waiting)
        self.waiting = {}

    def finish(self, published: Published, cause: str) -> None:
        """Of whom nothing is landed any more, everything that was published is taken back."""
        self.write()
        for told in self.standing.values():
            self.changes += difference(told, ())
        self.store.replaces(published.keys, published.owner)
        self.store.tell(self.changes, cause)
        self.store.set_aside(sorted(self.failed, key=lambda row: row.record_offset), self.records)


def fill(store: FreshStore, lake: Lake, log: Log, partition: int, on_progress: OnProgress) -> Filled:
    """Fold all that is landed of a partition into ``store``; raises ``LakeRefused``.

    Facts that stand in the topic and hold are not told again; what was published of people or episodes
    that are no more is taken away. The erased are tombstones.
    """
    total = sum(each.rows for each in lake.manifest.of(EVENTS.name, partition))
    done = 0
    with opened(lake) as connection:
        filling = _Filling(store, standing_facts(connection, lake, log, partition))
        for person in people(connection, partition):
            after = folded(person.patient_key, initial(), person.said)
            filling.fail(person, after.quarantined)
            if person.patient_key in after.states:
                filling.take(person.patient_key, after.states[person.patient_key])
            done += len(person.said)
            on_progress(done, total)
    for key in sorted({each.patient_key for each in events_of_type(lake, PatientErased.__name__, partition)}):
        filling.take(key, PatientState(patient_key=key, erased=True))
    for each in unread(lake, partition):
        filling.failed.append(_complaint(each))
        filling.records.append(Raw(each.offset, None, each.raw))
    bounds = log.bounds(topics.TRANSITIONS).get(partition)
    filling.finish(published_in(log, partition), f"rebuilt after {bounds.end if bounds else 0}")
    published = sum(each.change == "published" for each in filling.changes)
    return Filled(filling.patients, published, len(filling.changes) - published, len(filling.failed))


def difference(told: Mapping[str, Fact], holding: tuple[Fact, ...]) -> list[FactChange]:
    """What has to be said so that exactly these facts stand: withdrawals, then what is new."""
    holds = {fact.fact_id: fact for fact in holding}
    withdrawn = [FactChange("withdrawn", fact) for name, fact in told.items() if name not in holds]
    published = [FactChange("published", fact) for name, fact in holds.items() if name not in told]
    return withdrawn + published


def published_in(log: Log, partition: int) -> Published:
    """What the compacted topic of progression holds of a partition."""
    bounds = log.bounds(topics.PROGRESSION).get(partition)
    if bounds is None or bounds.begin == bounds.end:
        return Published()
    last: dict[bytes, bytes | None] = {}
    for chunk in log.read(topics.PROGRESSION, {partition: (bounds.begin, bounds.end)}):
        for record in chunk.records:
            is_marker = record.key == MARKER_KEY
            last[record.key or b""] = record.value if is_marker or record.value is None else b""
    marker = last.pop(MARKER_KEY, None)
    keys = (key.decode().partition("/") for key, value in last.items() if value is not None)
    owner = None if marker is None else MARKER.decode(marker).owner
    return Published(tuple((patient, episode) for patient, _, episode in keys), owner)


def _complaint(each: Unread) -> QuarantinedRow:
    """The note on a record that landing could not read; the path is found by reading it once more."""
    key = None if each.reason != "not_decodable" else b""
    found = decode([Raw(each.offset, key, each.raw)], "the lake").quarantined
    same = [row for row in found if row.reason == each.reason]
    return same[0] if same else QuarantinedRow(each.offset, each.reason, "$")
