"""Makes the stream's state stores anew from the lake, for ``myomap stream rebuild``."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts import topics
from contracts.settings import Settings
from infra.connection import connected
from infra.ownership import refuse_running_workers
from infra.progress import Advance, Steps
from infra.refreshing import land_now
from infra.refusal import Refusal

if TYPE_CHECKING:
    from streams.opening import Log as StoreLog
    from streams.sole_publisher import SolePublisher
    from warehouse.lake import Lake
    from warehouse.land import Log

VERB: Final = "myomap stream rebuild"
BUILDING: Final = "rebuilding-"


@dataclass(frozen=True)
class Rebuilt:
    """One store made anew; ``published`` and ``withdrawn`` are facts that the topic told otherwise.

    ``replaced``: where the store that was there before is kept.
    """

    partition: int
    next_offset: int
    patients: int
    published: int
    withdrawn: int
    quarantined: int
    replaced: str | None = None


def rebuild_stores(settings: Settings, partitions: Sequence[int] | None, steps: Steps) -> tuple[Rebuilt, ...]:
    """Land, fold every landed event into new stores, and put them in the place of the old ones.

    Raises a sentence, and changes nothing, when workers run, or when lake and log do not meet.
    """
    from streams.readiness import events_topic
    from streams.sole_publisher import sole_publisher

    with connected(settings) as reachable:
        topic = events_topic(reachable.kafka)
        wanted = wanted_of(partitions, topic.partitions)
        refuse_running_workers(reachable, VERB, steps.note)
        with sole_publisher(reachable.kafka, wanted) as publisher:
            with steps.step("Landing what the log holds"):
                land_now(reachable)
            return _rebuilt(reachable, topic.topic_id, wanted, publisher, steps)


def wanted_of(partitions: Sequence[int] | None, count: int) -> list[int]:
    """The partitions to rebuild, by default all; raises ``Refusal`` for one that is not there."""
    wanted = sorted(set(partitions or range(count)))
    for number in wanted:
        if number >= count:
            raise Refusal(
                f"{topics.EVENTS} has no partition {number}: it has {count}, counted from 0. "
                f"Name one of these: {VERB} --partition N"
            )
    return wanted


def _rebuilt(
    settings: Settings, topic_id: str, wanted: Sequence[int], publisher: "SolePublisher", steps: Steps
) -> tuple[Rebuilt, ...]:
    from warehouse.kafka_log import KafkaLog
    from warehouse.lake import open_lake

    with contextlib.closing(KafkaLog(settings.kafka)) as log:
        rebuilding = Rebuilding(settings, topic_id, log, open_lake(settings.home))
        rebuilding.refuse_what_does_not_meet(wanted)
        with rebuilding.folder() as folder:
            made = [rebuilding.build(folder, number, steps) for number in wanted]
            refuse_running_workers(settings, VERB, steps.note)
            placed = tuple(rebuilding.put_in_place(folder, each) for each in made)
    with steps.step("Publishing what is new") as advance:
        for count, each in enumerate(placed, start=1):
            publisher.publish(
                rebuilding.stores, rebuilding.followed(each.partition), rebuilding.rules_version
            )
            advance(count, len(placed))
    return placed


class Rebuilding:
    """One rebuild under way."""

    def __init__(self, settings: Settings, topic_id: str, log: "Log", lake: "Lake") -> None:
        """From this lake, for the topic of events with this id."""
        from streams.progression.policy import rules_version

        self.topic_id, self.log, self.lake = topic_id, log, lake
        self.rules_version = rules_version()
        self.stores = settings.home.streams

    def refuse_what_does_not_meet(self, wanted: Sequence[int]) -> None:
        """Raise ``LakeRefused`` where lake and log part."""
        from warehouse.meeting import refuse_what_does_not_meet

        bounds = self.log.bounds(topics.EVENTS)
        for number in wanted:
            refuse_what_does_not_meet(self.lake, self.log, number, bounds[number])

    def followed(self, number: int) -> "StoreLog":
        """The partition that a store follows."""
        from streams.opening import Log as StoreLog

        return StoreLog(topics.EVENTS, self.topic_id, number)

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for the new files beside the old ones, gone afterwards, like what a killed run left."""
        for left in self.stores.glob(f"{BUILDING}*"):
            shutil.rmtree(left)
        folder = self.stores / f"{BUILDING}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def build(self, folder: Path, number: int, steps: Steps) -> Rebuilt:
        """Fold what is landed of one partition into a new store."""
        with steps.step(f"Folding partition {number}") as advance:
            try:
                return self._build(folder, number, advance)
            except (OSError, sqlite3.OperationalError) as problem:
                raise Refusal(
                    f"The new store of partition {number} cannot be written in {folder} ({problem}). The "
                    f"old stores stay as they are; make room on the disk, then run: {VERB}"
                ) from problem

    def put_in_place(self, folder: Path, made: Rebuilt) -> Rebuilt:
        """Make it the partition's store; the old one is kept beside it."""
        from streams.opening import store_path
        from streams.rebuilding import put_in_place

        place = store_path(self.stores, made.partition)
        aside = put_in_place(store_path(folder, made.partition), place)
        return replace(made, replaced=aside.name if aside else None)

    def _build(self, folder: Path, number: int, advance: Advance) -> Rebuilt:
        from streams.rebuilding import FreshStore
        from warehouse.filling import fill
        from warehouse.records import EVENTS

        end = self.lake.manifest.next_offset(EVENTS.name, number) or 0
        with FreshStore(folder, self.followed(number), self.rules_version, end) as store:
            filled = fill(store, self.lake, self.log, number, advance)
        return Rebuilt(number, end, filled.patients, filled.published, filled.withdrawn, filled.quarantined)
