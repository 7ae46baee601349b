"""How fast states come back: from the stores of this host, and on a fresh host from the compacted topic."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks import stock_faust
from infra.benchmarks.carrying import Failed, Took, module, took
from infra.benchmarks.cores import on
from infra.benchmarks.crowd import Member
from infra.benchmarks.figure import Figure, compared, not_measured, told
from infra.benchmarks.living import Inhabited, inhabited
from infra.benchmarks.log_of_events import compacted_topic, partition_of
from infra.benchmarks.place import Place
from streams.compacted import KafkaPublished
from streams.messages import marker_message, progression_message
from streams.opening import Log, open_store
from streams.progression.policy import rules_version
from streams.readiness import topic_id_of_events
from streams.rows import EpisodeRow, Marker, Message, PatientRow, Unpublished
from streams.store import PartitionStore
from streams.taking_over import TakingOver

UNIT: Final = "states/s"
NAMES: Final = ("stores read back", "fresh host")
TURNS: Final = 2
WAYS: Final = ("recover", "recover-raw")


def returning(place: Place, members: Sequence[Member]) -> Iterator[Figure]:
    """Both ways, against Faust's recovery of the same states from its changelog.

    Each state is once in its topic, on both sides: the best that compaction can do. Ours are decoded when
    an event touches them, Faust's Table holds them decoded; so its rate without decoding is told, too.
    """
    states, many = len(members), inhabited(place, members)
    try:
        with on(place.cores.broker):
            asyncio.run(_publish(place.settings, members))
        with on(place.cores.client):
            read = states / min(read_back(many) for _ in range(TURNS))
            fresh = states / min(_fresh_host(place, members) for _ in range(TURNS))
        theirs, raw = (_recovered(place, what, states).rate for what in WAYS)
        yield compared(NAMES[0], read, UNIT, theirs)
        yield compared(NAMES[1], fresh, UNIT, theirs)
        yield told("Faust's recovery, raw bytes", raw, UNIT)
    except Failed as problem:
        yield from (not_measured(name, UNIT, str(problem)) for name in NAMES)


def read_back(many: Inhabited) -> float:
    """Seconds to open every store of this host, with its checks, and to have the rows of all patients."""
    settings = many.settings
    topic_id, rules = topic_id_of_events(settings.kafka), rules_version()
    began = time.perf_counter()
    found = 0
    for number in range(settings.partitions):
        store = open_store(settings.home.streams, Log(topics.EVENTS, topic_id, number), rules)
        found += len(_rows(store))
        store.close()
    _refuse_too_few(found, many.members)
    return time.perf_counter() - began


def _rows(store: PartitionStore) -> dict[str, PatientRow]:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        rows = {
            key: PatientRow(state, {})
            for key, state in connection.execute("SELECT patient_key, state FROM patients")
        }
        episodes: dict[str, dict[str, EpisodeRow]] = {key: {} for key in rows}
        for key, episode, view, detail in connection.execute(
            "SELECT patient_key, episode_id, view, detail FROM episodes"
        ):
            episodes[key][episode] = EpisodeRow(view, detail)
    return {key: PatientRow(row.state, episodes[key]) for key, row in rows.items()}


def _fresh_host(place: Place, members: Sequence[Member]) -> float:
    """Seconds to take all partitions over where there is no store, as a worker does on assignment."""
    settings = place.own_settings("fresh")
    kafka = settings.kafka
    taking_over = TakingOver(
        settings.home.streams,
        topics.EVENTS,
        topic_id_of_events(kafka),
        rules_version(),
        lambda: KafkaPublished(kafka, None),
    )
    began = time.perf_counter()
    stores = taking_over.open(range(settings.partitions))
    seconds = time.perf_counter() - began
    found = sum(len(_rows(store)) for store in stores.values())
    for store in stores.values():
        store.close()
    _refuse_too_few(found, members)
    return seconds


def _refuse_too_few(found: int, members: Sequence[Member]) -> None:
    if found != len(members):
        raise Failed(f"Of {len(members)} states {found} came back.")


async def _publish(settings: Settings, members: Sequence[Member]) -> None:
    """The states as a worker publishes them, with its marker, and as Faust's changelog holds them."""
    for what in WAYS:
        compacted_topic(settings, stock_faust.changelog(what))
    topic_id, rules, partitions = topic_id_of_events(settings.kafka), rules_version(), settings.partitions
    async with AIOKafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap, linger_ms=20, max_batch_size=1 << 20
    ) as producer:
        for each in members:
            number = partition_of(each.key.encode(), partitions)
            row = EpisodeRow(each.view, each.detail)
            ours = progression_message(Unpublished(each.key, each.episode, row), number, 0, rules)
            theirs = (Message(stock_faust.changelog(what), each.key.encode(), each.value) for what in WAYS)
            for message in (ours, *theirs):
                await producer.send(message.topic, message.value, message.key, partition=number)
        for number in range(partitions):
            last = marker_message(Marker(0, topic_id, rules, "bench"), number)
            await producer.send(last.topic, last.value, last.key, partition=number)


def _recovered(place: Place, what: str, states: int) -> Took:
    given = (place.bootstrap, topics.EVENTS, place.settings.partitions, states, place.folder("faust"))
    with place.started(module("stock_faust", what, *given), what) as process:
        return took(process, states)
