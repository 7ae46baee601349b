"""The log as a real Kafka keeps it: landed by offsets, again and again, without gap or repetition."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from contracts import topics
from contracts.settings import KafkaSettings, Settings
from streams.messages import marker_message, patient_message, progression_message
from streams.producing import KafkaOutlet
from streams.rows import EpisodeRow, Marker, Unpublished, UnpublishedPatient
from warehouse.kafka_log import KafkaLog
from warehouse.lake import Lake, events_of
from warehouse.land import Bounds, land
from warehouse.parity import compare
from warehouse.records import PROGRESSION
from warehouse.refused import LakeRefused
from warehouse.segments import read_segment

SIZES = {"events": 10, "progression": 4}


def publish(settings: Settings, log: Any, already: dict[tuple[str, int], int]) -> None:
    """Sends to Kafka what the log in memory has beyond ``already``."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka.bootstrap)
    for topic, partitions in log.rows.items():
        for number, rows in partitions.items():
            for row in rows[already.get((topic, number), 0) :]:
                producer.send(topic, key=row.key, value=row.value, partition=number)
            already[topic, number] = len(rows)
    producer.flush()
    producer.close()


@pytest.mark.broker
def test_what_a_real_kafka_holds_is_landed_in_rounds_and_replays_to_what_was_published(
    kafka_settings: Callable[..., Settings],
    clean_topics: Callable[..., None],
    clinic_log: Any,
    make_course: Any,
    make_worker: Any,
    now: datetime,
    tmp_path: Path,
) -> None:
    clean_topics(partitions=4)
    settings, already = kafka_settings(), {}
    folder = settings.home.lake
    publish(settings, clinic_log, already)
    log = KafkaLog(settings.kafka)
    try:
        ends = {number: len(rows) for number, rows in clinic_log.rows[topics.EVENTS].items()}
        assert log.bounds(topics.EVENTS) == {n: Bounds(0, ends.get(n, 0)) for n in range(4)}
        first = land(folder, log, now, segment_offsets=SIZES)
        assert first.fresh["events"] == sum(ends.values())
        assert not any(land(folder, log, now, segment_offsets=SIZES).fresh.values())
        clinic_log.say(*make_course(12).events)
        publish(settings, clinic_log, already)
        lake = Lake(folder, land(folder, log, now, segment_offsets=SIZES).manifest)
    finally:
        log.close()
    for number in (*range(6), 12):
        assert list(events_of(lake, make_course(number).key)) == make_course(number).events
    assert [each.different for each in compare(lake)] == [0, 0]
    at_once = land(tmp_path / "memory", clinic_log, now, segment_offsets=SIZES).manifest
    sealed = {each.file for each in lake.manifest.of("events") if each.sealed}
    assert sealed == {each.file for each in at_once.of("events") if each.sealed}


def test_without_a_broker_the_message_says_how_to_start_one() -> None:
    with pytest.raises(LakeRefused, match=r"There is no|cannot be read .*myomap broker start"):
        KafkaLog(KafkaSettings(bootstrap="127.0.0.1:1"))


async def publish_states(settings: Settings, course: Any) -> None:
    """As the stream does it: a publish, one that is given up, and one more."""
    row, marker = EpisodeRow(b'{"stage":"S1"}', b"\x00"), Marker(7, "topic-id", "rules-1", "owner")
    outlet = KafkaOutlet(settings.kafka, None)
    for gives_up in (False, True, False):
        await outlet.take_over(1)
        with suppress(ZeroDivisionError):
            async with outlet.transaction(1) as sending:
                state = Unpublished(course.key, course.episode, row)
                await sending.send(
                    [patient_message(UnpublishedPatient(course.key, b"more"), 1, 7, "rules-1")]
                )
                await sending.send([progression_message(state, 1, 7, "rules-1"), marker_message(marker, 1)])
                if gives_up:
                    await sending.finish()
                    raise ZeroDivisionError
    await outlet.close()


@pytest.mark.broker
def test_what_the_stream_gave_up_is_not_landed_and_its_offsets_are_passed_over(
    kafka_settings: Callable[..., Settings],
    clean_topics: Callable[..., None],
    make_course: Any,
    now: datetime,
) -> None:
    clean_topics(partitions=2)
    settings = kafka_settings(partitions=2)
    asyncio.run(publish_states(settings, make_course(1)))
    log = KafkaLog(settings.kafka)
    try:
        end = log.bounds(topics.PROGRESSION)[1].end
        lake = Lake(settings.home.lake, land(settings.home.lake, log, now, segment_offsets=SIZES).manifest)
        assert not any(land(settings.home.lake, log, now, segment_offsets=SIZES).fresh.values())
    finally:
        log.close()
    segments = lake.manifest.of("progression", 1)
    assert [each.start for each in segments] == [0, *(each.end for each in segments[:-1])]
    assert segments[-1].end == end == 12
    rows = [row for each in segments for row in read_segment(lake.folder, each, PROGRESSION).to_pylist()]
    assert [(row["episode_id"], row["kafka_offset"]) for row in rows] == [
        (make_course(1).episode, 1),
        (make_course(1).episode, 9),
    ]
