import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from kafka_in_memory import KafkaInMemory, PublishedInMemory
from patients import Patient

from contracts import events
from streams.batch import Fetched
from streams.owned import STALLED_SECONDS, OwnedPartitions, Stalled
from streams.position import LogBounds


class Sent:
    def __init__(self, offset: int, event: events.Event) -> None:
        self.offset, self.key, self.value = offset, event.patient_key.encode(), events.encode(event)


class Sync(OwnedPartitions):
    """Opens and closes without a loop around."""

    def open(self, partitions: set[int]) -> Any:
        asyncio.run(super().open(partitions))

    def close(self, partitions: set[int]) -> Any:
        asyncio.run(super().close(partitions))

    def apply(self, fetched: Fetched) -> Any:
        asyncio.run(super().apply(fetched))


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def owned(tmp_path: Path, woken: list[str]) -> OwnedPartitions:
    def fail(reason: BaseException) -> None:
        raise reason

    class Publishing:
        def wake(self, partition: int) -> None:
            woken.append(f"woken {partition}")

        async def take_over(self, partition: int) -> None:
            woken.append(f"take over {partition}")

        async def let_go(self, partition: int) -> None:
            woken.append(f"let go {partition}")

    made = Sync(
        tmp_path, "myomap.events", "topic-id", "rules-1", lambda: PublishedInMemory(KafkaInMemory()), fail
    )
    made.publishing = Publishing()
    return made


def one_event(epoch: int | None) -> Fetched:
    return Fetched(2, epoch or 0, 0, 1, [Sent(0, Patient("ann").opened())])


def test_partitions_are_opened_once_and_closed_when_taken_away(owned: OwnedPartitions) -> None:
    owned.open({2, 5})
    owned.open({2, 5, 6})
    assert sorted(each.number for each in owned) == [2, 5, 6]
    assert owned.epoch(2) == 1
    owned.close({2, 7})
    assert owned.epoch(2) is None
    assert owned.offsets() == {5: 0, 6: 0}
    owned.close_all()
    assert list(owned) == []


def test_the_right_to_publish_is_taken_before_a_store_is_opened_and_given_up_before_it_is_closed(
    owned: OwnedPartitions, woken: list[str], tmp_path: Path
) -> None:
    owned.open({2})
    assert woken == ["take over 2", "woken 2"]
    partition = next(iter(owned))
    assert not partition.closing
    owned.close({2})
    assert woken[2:] == ["let go 2"]
    assert partition.closed


def test_a_partition_that_is_being_given_up_folds_no_more(owned: OwnedPartitions) -> None:
    owned.open({2})
    next(iter(owned)).closing = True
    owned.apply(one_event(owned.epoch(2)))
    assert owned.offsets() == {2: 0}


def test_nothing_is_being_restored_at_rest(owned: OwnedPartitions) -> None:
    owned.open({2})
    assert owned.restoring() == {}


def test_a_fetch_is_folded_and_the_outbox_is_woken(owned: OwnedPartitions, woken: list[str]) -> None:
    owned.open({2})
    before = len(woken)
    owned.apply(one_event(owned.epoch(2)))
    assert owned.offsets() == {2: 1}
    assert len(woken) == before + 1


def test_a_fetch_that_was_made_for_an_earlier_owner_is_dropped(owned: OwnedPartitions) -> None:
    owned.open({2})
    stale = one_event(owned.epoch(2))
    owned.close({2})
    owned.apply(stale)
    owned.open({2})
    owned.apply(stale)
    assert owned.offsets() == {2: 0}


def test_reading_starts_at_the_stored_offset_of_owned_partitions_only(owned: OwnedPartitions) -> None:
    owned.open({2})
    owned.apply(one_event(1))
    assert owned.start(2, LogBounds(0, 10)) == 1
    assert owned.start(3, LogBounds(0, 10)) is None


def test_a_partition_with_lag_that_does_not_move_ends_the_worker(
    owned: OwnedPartitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned.open({2})
    owned.saw_end(2, 5)
    owned.saw_end(2, 3)
    owned.check_progress()
    later = time.monotonic() + STALLED_SECONDS + 1
    monkeypatch.setattr("streams.owned.time.monotonic", lambda: later)
    with pytest.raises(Stalled, match=r"Partition 2 of myomap\.events has 5 events to read"):
        owned.check_progress()


def test_a_partition_without_lag_may_rest_for_ever(
    owned: OwnedPartitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned.open({2})
    later = time.monotonic() + 10 * STALLED_SECONDS
    monkeypatch.setattr("streams.owned.time.monotonic", lambda: later)
    owned.check_progress()
