"""Records that were set aside are read again with later code, once, from the log or from the lake."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from contracts import events, topics
from contracts.events import Event
from contracts.settings import Settings
from infra.quarantined import SetAside, listed
from infra.reading_again import Choice, read_again
from infra.refreshing import land_now
from infra.refusal import Refusal
from infra.workload import log_of_events
from ingest.publish import KafkaPublisher, Message, event_message
from streams.messages import quarantined_message
from streams.opening import Log
from streams.rows import QuarantinedRow

ALL = Choice(everything=True)


def spoilt(value: bytes) -> bytes:
    """An event as a program with a slip of the pen wrote it."""
    return value.replace(b'"occurred_at"', b'"occured_at"')


def fixed(value: bytes) -> Event:
    """The decoder of a later version, which knows of the slip."""
    return events.decode(value.replace(b'"occured_at"', b'"occurred_at"'))


class Clinic:
    """A real log with two people's events, and what is said to it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.records = log_of_events(150)
        self.people = sorted({record.key.decode() for record in self.records})
        self.unsaid = self.records[-20:]
        self.say(*(Message(topics.EVENTS, each.key, each.value) for each in self.records[:-20]))

    def say(self, *messages: Message) -> None:
        with contextlib.closing(KafkaPublisher(self.settings.kafka)) as publisher:
            publisher.publish(messages)

    def spoil(self, person: int, which: int, key: bytes | None = None) -> bytes:
        """Say a person's last, or last but one event, not said yet, but spoilt; its right value."""
        mine = [each for each in self.unsaid if each.key.decode() == self.people[person]]
        self.say(Message(topics.EVENTS, key or mine[-which].key, spoilt(mine[-which].value)))
        return mine[-which].value

    def log(self, topic: str = topics.EVENTS) -> list[tuple[int, int, bytes, bytes]]:
        """Everything in a topic: partition, offset, key and value."""
        consumer = KafkaConsumer(bootstrap_servers=self.settings.kafka.bootstrap)
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends, found = consumer.end_offsets(places), []
        while any(consumer.position(place) < ends[place] for place in places):
            for each in consumer.poll(timeout_ms=500).values():
                found += [(one.partition, one.offset, one.key, one.value) for one in each]
        consumer.close()
        return found

    def forget(self) -> None:
        """Kafka's retention takes everything away that is in the topic of events."""
        ends = {}
        for partition, offset, *_ in self.log():
            ends[TopicPartition(topics.EVENTS, partition)] = offset + 1
        admin = KafkaAdminClient(bootstrap_servers=self.settings.kafka.bootstrap)
        admin.delete_records(ends)
        admin.close()

    def note(self, partition: int, offset: int, reason: str) -> None:
        """Tell of a record as a worker does."""
        row = QuarantinedRow(offset, reason, "$.occurred_at")
        message = quarantined_message(row, Log(topics.EVENTS, "id", partition), [])
        self.say(Message(message.topic, b"", message.value or b""))


@pytest.fixture
def clinic(kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]) -> Clinic:
    clean_topics(partitions=4)
    return Clinic(kafka_settings())


def states(found: tuple[SetAside, ...]) -> list[tuple[str, str]]:
    return [(each.reason, each.state) for each in found]


@pytest.mark.broker
def test_a_record_that_later_code_can_read_is_said_again_once(clinic: Clinic) -> None:
    value = clinic.spoil(0, 1)
    before = clinic.log()
    place = next(each[:2] for each in before if b"occured_at" in each[3])
    clinic.note(*place, "not_decodable")
    assert listed(clinic.settings) == (SetAside(*place, "not_decodable", "$.occurred_at", "log", "open"),)
    found = read_again(clinic.settings, ALL)
    assert [each.state for each in found] == ["still not_decodable at $"]
    assert clinic.log() == before

    assert states(read_again(clinic.settings, ALL, fixed)) == [("not_decodable", "replayed")]
    (said,) = (each for each in clinic.log() if each not in before)
    assert (said[0], said[3]) == (place[0], value)
    assert said[2] == events.decode(value).patient_key.encode()

    assert [each.state for each in listed(clinic.settings)] == ["replayed"]
    assert read_again(clinic.settings, ALL, fixed) == ()
    by_place = read_again(clinic.settings, Choice(*place), fixed)
    assert [each.state for each in by_place] == ["replayed before"]
    assert len(clinic.log()) == len(before) + 1


@pytest.mark.broker
def test_what_kafka_deleted_is_read_from_the_lake_where_its_key_is_sure(clinic: Clinic) -> None:
    one, two = (key.encode() for key in clinic.people)
    lake_only, came, elsewhere, erased = (
        clinic.spoil(0, 1), clinic.spoil(0, 2), clinic.spoil(0, 3, key=two), clinic.spoil(1, 1)
    )  # fmt: skip
    clinic.say(Message(topics.EVENTS, one, b"\xff"), Message(topics.EVENTS, one, came), erasure(two))
    where = {each[3]: each[:2] for each in clinic.log()}
    land_now(clinic.settings)
    clinic.forget()
    found = listed(clinic.settings)
    assert [each.kept_in for each in found] == ["lake"] * 5
    outcome = {each.place: each.state for each in read_again(clinic.settings, ALL, fixed)}
    assert outcome == {
        where[spoilt(lake_only)]: "replayed",
        where[spoilt(elsewhere)]: "still wrong_key at $.patient_key",
        where[spoilt(erased)]: "left out: the person was erased",
        where[b"\xff"]: "still not_decodable at $",
    }
    assert [each[3] for each in clinic.log()] == [lake_only]
    by_place = read_again(clinic.settings, Choice(*where[spoilt(came)]), fixed)
    assert [each.state for each in by_place] == ["came again before"]


def erasure(key: bytes) -> Message:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    told = {"event_id": "e" * 32, "occurred_at": when, "received_at": when, "source": "therapist_form"}
    return event_message(events.PatientErased(**told, patient_key=key.decode(), contract_version=1))


@pytest.mark.broker
def test_what_neither_log_nor_lake_holds_is_gone(clinic: Clinic) -> None:
    clinic.forget()
    clinic.note(2, 0, "not_foldable")
    (found,) = read_again(clinic.settings, ALL)
    assert (found.place, found.kept_in) == ((2, 0), "gone")
    assert found.state == "gone: neither the log nor the lake holds its bytes"


@pytest.mark.broker
def test_an_event_that_could_not_be_folded_and_now_can_be_is_said_again(clinic: Clinic) -> None:
    place = next(each[:2] for each in clinic.log() if each[2].decode() == clinic.people[1])
    value = next(each[3] for each in clinic.log() if each[:2] == place)
    land_now(clinic.settings)
    clinic.forget()
    clinic.note(*place, "not_foldable")
    (found,) = read_again(clinic.settings, Choice(reason="not_foldable"))
    assert (found.kept_in, found.state) == ("lake", "replayed")
    assert [each[3] for each in clinic.log()] == [value]


@pytest.mark.broker
def test_a_place_where_nothing_was_set_aside_is_refused(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match=r"No record of partition 1 at offset 0 was set aside"):
        read_again(clinic.settings, Choice(1, 0))


def test_open_records_are_chosen_by_reason_or_all_together() -> None:
    there = [
        SetAside(0, 1, "empty", "$", "log", "open"),
        SetAside(0, 2, "not_decodable", "$", "log", "open"),
        SetAside(0, 3, "not_decodable", "$", "log", "replayed"),
    ]
    assert Choice(everything=True).of(there) == there[:2]
    assert Choice(reason="not_decodable").of(there) == [there[1]]
    assert Choice(0, 3).of(there) == [there[2]]
