"""Stores made anew from the lake on a real Kafka: which, all of them or none, and what is refused."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo_patients import events_of, small_demo

import warehouse.filling
from contracts.settings import Settings
from infra.progress import Steps
from infra.rebuilding import rebuild_stores
from infra.refreshing import land_now
from infra.refusal import Refusal
from ingest.publish import KafkaPublisher, event_message
from warehouse.lake import open_lake
from warehouse.refused import LakeRefused

QUIET = Steps(quiet=True)


@pytest.fixture
def clinic(kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]) -> Settings:
    """A home on a Kafka that holds the events of the small demo; nothing was folded or landed yet."""
    clean_topics(partitions=4)
    settings = kafka_settings()
    with contextlib.closing(KafkaPublisher(settings.kafka)) as publisher:
        for said in list(events_of(small_demo()).values())[:40]:
            publisher.publish([event_message(each) for each in said])
    return settings


def stores(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(settings.home.streams.iterdir())}


def patients(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM patients").fetchone()[0])


@pytest.mark.broker
def test_the_wanted_partitions_are_made_and_no_others(clinic: Settings) -> None:
    made = rebuild_stores(clinic, [2, 0, 2], QUIET)
    assert [each.partition for each in made] == [0, 2]
    assert list(stores(clinic)) == ["partition-0000.sqlite", "partition-0002.sqlite"]
    for each in made:
        assert patients(clinic.home.streams / f"partition-{each.partition:04d}.sqlite") == each.patients > 0
        assert (each.replaced, each.withdrawn) == (None, 0)
        assert each.published > 0
    everything = rebuild_stores(clinic, None, QUIET)
    assert [each.replaced is not None for each in everything] == [True, False, True, False]
    assert sum(each.patients for each in everything) == 40


@pytest.mark.broker
def test_a_rebuild_that_fails_has_changed_no_store_and_leaves_nothing(
    clinic: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild_stores(clinic, None, QUIET)
    before = stores(clinic)
    (clinic.home.streams / "rebuilding-killed").mkdir()
    filling = warehouse.filling.fill

    def fails_at_the_last(store: Any, lake: Any, log: Any, partition: int, advance: Any) -> Any:
        if partition == 3:
            raise sqlite3.OperationalError("database or disk is full")
        return filling(store, lake, log, partition, advance)

    monkeypatch.setattr(warehouse.filling, "fill", fails_at_the_last)
    with pytest.raises(Refusal, match=r"The new store of partition 3 cannot be written .* disk is full"):
        rebuild_stores(clinic, None, QUIET)
    assert stores(clinic) == before


@pytest.mark.broker
def test_a_lake_that_cannot_be_read_is_refused_before_anything_is_made(clinic: Settings) -> None:
    land_now(clinic)
    (name,) = open_lake(clinic.home).files("events", 3)
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LakeRefused, match="cannot be read"):
        rebuild_stores(clinic, None, QUIET)
    assert not clinic.home.streams.exists() or stores(clinic) == {}


@pytest.mark.broker
def test_a_partition_that_is_not_there_is_refused(clinic: Settings) -> None:
    with pytest.raises(Refusal, match=r"has no partition 9: it has 4, counted from 0"):
        rebuild_stores(clinic, [9], QUIET)


@pytest.mark.broker
def test_a_topic_that_was_made_again_below_the_lake_is_refused(
    clinic: Settings, clean_topics: Callable[..., None]
) -> None:
    land_now(clinic)
    clean_topics(partitions=4)
    with pytest.raises(LakeRefused, match="the topic was made again"):
        rebuild_stores(clinic, None, QUIET)
    assert not clinic.home.streams.exists() or stores(clinic) == {}
