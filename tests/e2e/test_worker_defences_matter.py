"""Each defence of a worker is there for a reason: without it the oracle finds what is wrong.

The same scene with all defences has nothing wrong; so it is the missing defence that the oracle sees.
"""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crash import scenes
from crash.rehearsal import ALL, Defences, Kafka, Outlet, Published, Record, kafka_with

from contracts import events
from streams.batch import Fetched, decode
from streams.partition import Partition
from streams.rows import Commit, Marker, Message
from streams.states import state_of
from streams.store import PartitionStore

pytestmark = pytest.mark.e2e


@pytest.fixture
def kafka() -> Kafka:
    """A log of which nothing was read yet."""
    return kafka_with(scenes.short_stream())


class OffsetFirst(PartitionStore):
    """Moves the offset in a transaction of its own, before the states are written."""

    def commit(self, batch: Commit) -> None:
        with self._transaction():
            self._advance(batch.from_offset, batch.to_offset)
        self.next_offset = batch.to_offset
        super().commit(replace(batch, from_offset=batch.to_offset))


class OffsetLast(PartitionStore):
    """Moves the offset in a transaction of its own, after the states were written."""

    def commit(self, batch: Commit) -> None:
        super().commit(replace(batch, to_offset=batch.from_offset))
        with self._transaction():
            self._advance(batch.from_offset, batch.to_offset)
        self.next_offset = batch.to_offset


class CountsRepeats(Partition):
    """Takes an event that comes again, said twice or read twice, for another one."""

    def _new_records(self, fetched: Fetched) -> list[Any]:
        records = super()._new_records(fetched)
        keys = {record.key.decode() for record in records if record.key}
        states = [state_of(row) for row in self.store.load(keys).values()]
        known = {name for state in states for name in (*state.said, *state.corrections, *state.merges)}
        return [_named_anew(record, known) for record in records]


def _named_anew(record: Any, known: set[str]) -> Any:
    for _, event in decode([record], "the log").events:
        name = event.event_id
        while name in known:
            name = hashlib.sha256(name.encode()).hexdigest()[:32]
        known.add(name)
        value = events.encode(msgspec.structs.replace(event, event_id=name))
        return Record(record.partition, record.offset, record.key, value)
    return record


class NoFence(PartitionStore):
    """Does not look whether another process took the store over."""

    def _advance(self, from_offset: int, to_offset: int) -> None:
        self._connection.execute("UPDATE meta SET next_offset = ?", (to_offset,))

    def check_owner(self) -> None:
        return


class NotFenced(Outlet):
    """Lets everyone publish, whoever took over."""

    def check(self) -> None:
        return


class Piecemeal(Outlet):
    """Publishes each message at once, without a transaction."""

    async def send(self, messages: Sequence[Message]) -> None:
        for each in messages:
            self.step("kafka: send")
            self.kafka.append([each])


class AnyId(Outlet):
    """Gives each message another id whenever it is published."""

    numbers = itertools.count()

    async def send(self, messages: Sequence[Message]) -> None:
        await super().send([self._named(each) for each in messages])

    def _named(self, message: Message) -> Message:
        said = msgspec.json.decode(message.value) if message.value else {}
        if "message_id" not in said:
            return message
        return replace(message, value=msgspec.json.encode(said | {"message_id": str(next(self.numbers))}))


class NoMarker(Published):
    """Does not look how far the partition was published by others."""

    def marker(self, partition: int) -> Marker | None:
        return None


def without_outbox(kafka: Kafka, publish_first: bool) -> type[PartitionStore]:
    """A store that hands its messages to Kafka beside its transaction: before it, or after it."""

    class Beside(PartitionStore):
        def commit(self, batch: Commit) -> None:
            if publish_first:
                kafka.append(batch.messages)
            super().commit(replace(batch, messages=()))
            self._connection.execute("SELECT 1")  # a step at which it can be cut
            if not publish_first:
                kafka.append(batch.messages)

    return Beside


def cut_everywhere(
    kafka: Kafka, place: Path, goes_on: scenes.GoesOn, made_of: Defences, who_goes_on: Defences = ALL
) -> list[str]:
    """What the oracle says of the first cut that does not end well."""
    cuts = scenes.film(place / "home", kafka, place / "album", made_of)
    return scenes.first_wrong(cuts, place / "resumed", goes_on, who_goes_on)


def says(found: list[str], *words: str) -> bool:
    """Whether one of the complaints holds one of these words."""
    return any(word in each for each in found for word in words)


def test_with_all_defences_no_scene_has_anything_wrong(kafka: Kafka, tmp_path: Path) -> None:
    assert scenes.uncut(kafka.copy(), tmp_path / "1") == []
    assert scenes.woken_on_the_same_host(kafka.copy(), tmp_path / "2") == []
    assert scenes.woken_on_another_host(kafka.copy(), tmp_path / "3") == []


def test_an_offset_that_is_committed_before_its_states_loses_them(kafka: Kafka, tmp_path: Path) -> None:
    found = cut_everywhere(kafka, tmp_path, scenes.same_host, Defences(store=OffsetFirst))
    assert says(found, "the store lacks", "differ")


def test_without_dropping_repeats_what_is_said_twice_counts_twice(kafka: Kafka, tmp_path: Path) -> None:
    found = scenes.uncut(kafka, tmp_path, Defences(partition=CountsRepeats))
    assert says(found, "differ")


def test_without_dropping_repeats_what_is_read_twice_counts_twice(kafka: Kafka, tmp_path: Path) -> None:
    """The fold forgives a store that moves its offset too late; a fold that counted repeats would not."""
    late = Defences(store=OffsetLast)
    cuts = scenes.film(tmp_path / "home", kafka, tmp_path / "album", late)
    assert scenes.first_wrong(cuts[::5], tmp_path / "1", scenes.same_host, late) == []
    counted = Defences(store=OffsetLast, partition=CountsRepeats)
    assert scenes.uncut(kafka_with(scenes.said_once()), tmp_path / "2", counted) == []
    found = cut_everywhere(kafka_with(scenes.said_once()), tmp_path / "3", scenes.same_host, counted, counted)
    assert says(found, "differ")


def test_without_the_stores_fence_a_woken_worker_writes_over_its_successor(
    kafka: Kafka, tmp_path: Path
) -> None:
    found = scenes.woken_on_the_same_host(kafka, tmp_path, Defences(store=NoFence))
    assert says(found, "differ", "the store lacks")


def test_without_kafkas_fence_a_woken_worker_publishes_over_its_successor(
    kafka: Kafka, tmp_path: Path
) -> None:
    found = scenes.woken_on_another_host(kafka, tmp_path, Defences(outlet=NotFenced))
    assert says(found, "goes back") and says(found, "come after later ones")


def test_without_kafkas_transaction_another_host_takes_half_a_publish_up(
    kafka: Kafka, tmp_path: Path
) -> None:
    found = cut_everywhere(kafka, tmp_path, scenes.other_host, Defences(outlet=Piecemeal))
    assert says(found, "published while they already held", "does not hang together")


def test_what_is_published_before_it_is_committed_is_published_again_as_another_message(
    kafka: Kafka, tmp_path: Path
) -> None:
    made_of = Defences(store=without_outbox(kafka, publish_first=True))
    found = cut_everywhere(kafka, tmp_path, scenes.same_host, made_of)
    assert says(found, "published while they already held")


def test_what_is_published_before_it_is_committed_is_seen_before_its_state_is_safe(
    kafka: Kafka, tmp_path: Path
) -> None:
    made_of = Defences(store=without_outbox(kafka, publish_first=True))
    cuts = scenes.film(tmp_path / "home", kafka, tmp_path / "album", made_of)
    assert any(scenes.published_upto(cut) > scenes.durable_upto(cut) for cut in cuts)


def test_what_is_published_after_the_commit_without_an_outbox_is_lost(kafka: Kafka, tmp_path: Path) -> None:
    made_of = Defences(store=without_outbox(kafka, publish_first=False))
    found = cut_everywhere(kafka, tmp_path, scenes.same_host, made_of)
    assert says(found, "other facts stand")


def test_without_lasting_ids_a_reader_cannot_drop_what_comes_again(kafka: Kafka, tmp_path: Path) -> None:
    made_of = Defences(outlet=AnyId)
    found = cut_everywhere(kafka, tmp_path, scenes.same_host, made_of, made_of)
    assert says(found, "published while they already held")


def test_without_looking_at_the_marker_a_host_that_comes_back_goes_on_from_an_old_store(
    kafka: Kafka, tmp_path: Path
) -> None:
    cuts = scenes.film(tmp_path / "home", kafka, tmp_path / "album")
    blind = Defences(published=NoMarker)
    found = scenes.first_wrong(cuts, tmp_path / "resumed", scenes.there_and_back, blind)
    assert says(found, "published while they already held", "goes back")
