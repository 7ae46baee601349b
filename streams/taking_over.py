"""Makes the stores of newly owned partitions meet what is published and the log, before reading goes on."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from streams.compacted import PublishedStates
from streams.messages import MARKER_KEY
from streams.opening import Damaged, Log, check_rules, look_at, open_store, put_aside, store_path
from streams.position import Found, Place, Plan, Step, StoreRefused, plan
from streams.restoring import Restoration, restore
from streams.rows import Marker
from streams.store import PartitionStore

log = logging.getLogger(__name__)


class Opens(Protocol):
    """Gives what is published, for as long as it is looked at, to one thread."""

    def __call__(self) -> AbstractContextManager[PublishedStates]:
        """Connect."""


@dataclass
class TakingOver:
    """Takes partitions over on one host; ``restoring`` tells how far each restoration under way is."""

    folder: Path
    topic: str
    topic_id: str
    rules_version: str
    published: Opens
    restoring: dict[int, Restoration] = field(default_factory=dict)

    def open(self, partitions: Iterable[int]) -> dict[int, PartitionStore]:
        """Bring these partitions' stores to where they are published, and become their owner.

        It may take long, so it is for a thread of its own. Only the one who can publish for a partition
        may call it. Raises ``StoreRefused``, or ``NotReadable``.
        """
        opened: dict[int, PartitionStore] = {}
        try:
            with self.published() as published:
                for number in sorted(partitions):
                    opened[number] = self._open(number, published)
        except BaseException as problem:
            for store in opened.values():
                store.close()
            if isinstance(problem, sqlite3.OperationalError | OSError):
                raise StoreRefused(
                    f"The state stores in {self.folder} cannot be written ({problem}). Nothing is lost; make "
                    "room on the disk or see to it, then start the worker again."
                ) from problem
            raise
        return opened

    def _open(self, number: int, published: PublishedStates) -> PartitionStore:
        of_partition = Log(self.topic, self.topic_id, number)
        progress = Restoration(number)
        self.restoring[number] = progress
        try:
            planned = bring_up(self.folder, of_partition, published, self.rules_version, progress)
            store = open_store(self.folder, of_partition, self.rules_version, is_checked=True)
            if planned.step is Step.PUBLISH_AGAIN:
                store.publish_again(_keys(published, number))
            return store
        finally:
            del self.restoring[number]


def bring_up(
    folder: Path,
    of_partition: Log,
    published: PublishedStates,
    rules_version: str | None,
    progress: Restoration,
) -> Plan:
    """Bring one partition's store to where it is published, if it is not; what was done.

    Raises ``StoreRefused`` where that is not exact, or where it is of other rules; with None any rules
    will do.
    """
    place = Place(of_partition.topic, of_partition.partition, of_partition.topic_id)
    path = store_path(folder, of_partition.partition)
    found = _look(folder, of_partition, path)
    marker = published.marker(of_partition.partition)
    planned = plan(place, found, marker, published.log_bounds(of_partition.partition))
    if planned.because:
        log.warning("P%s %s.", str(place)[1:], planned.because)
    if planned.step is Step.RESTORE and marker is not None:
        _check_marker(marker, path, rules_version)
        _keep_what_is_no_older(path, found, marker, place)
        restore(folder, of_partition, published, progress, epoch=found.epoch if found else 0)
    if planned.step is Step.BEGIN and found is not None:
        put_aside(path, "cut")
    return planned


def progress_of(restoring: Mapping[int, Restoration]) -> dict[int, tuple[int, int]]:
    """By partition how many published records were read back so far, and how many there are."""
    return {number: (each.read, each.total) for number, each in list(restoring.items()) if each.total}


def _look(folder: Path, of_partition: Log, path: Path) -> Found | None:
    try:
        return look_at(folder, of_partition)
    except Damaged as problem:
        aside = put_aside(path, "damaged")
        log.warning("The state store %s is damaged (%s) and was moved to %s.", path, problem, aside.name)
        return None


def _check_marker(marker: Marker, path: Path, rules_version: str | None) -> None:
    if rules_version is not None:
        check_rules(marker.rules_version, path, rules_version)


def _keep_what_is_no_older(path: Path, found: Found | None, marker: Marker, place: Place) -> None:
    """A store that is only older than what is published holds nothing of its own; any other is kept aside."""
    if found is None:
        return
    if found.topic_id != place.topic_id:
        put_aside(path, "other-topic")
    elif found.next_offset > marker.next_offset:
        put_aside(path, "ahead")


def _keys(published: PublishedStates, number: int) -> Iterator[tuple[str, str]]:
    for records, _ in published.read(number):
        for record in records:
            if record.key is not None and record.key != MARKER_KEY:
                key, _, episode = record.key.decode().partition("/")
                yield key, episode
