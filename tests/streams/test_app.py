"""The composition of the worker, without a broker: what it is made of and what it never asks of Faust."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from patients import Patient

from contracts import events, topics
from contracts.settings import Home, KafkaSettings, Settings
from streams import app as composition
from streams.app import StreamApp, build
from streams.batch import Fetched
from streams.figures import Unread
from streams.opening import Log
from streams.partition import open_partition
from streams.progression.policy import rules_version
from streams.readiness import EventsTopic
from streams.transport import BatchTransport

SASL = {"sasl_mechanism": "PLAIN", "sasl_username": "worker", "sasl_password": "unlocked"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(composition, "events_topic", lambda kafka: EventsTopic("topic-id", 8))
    monkeypatch.setattr(composition, "check_port", lambda host, port: None)
    return Settings(Home(tmp_path), KafkaSettings("127.0.0.1:1"), worker_secret="a-secret-of-workers")


@pytest.fixture
def built(settings: Settings) -> Iterator[StreamApp]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield build(settings)
    asyncio.set_event_loop(None)
    loop.close()


def test_the_stores_belong_to_the_topic_of_events_and_to_the_rules_of_this_program(built: StreamApp) -> None:
    assert built.owner.topic == topics.EVENTS
    assert built.owner.topic_id == "topic-id"
    assert built.owner.rules_version == rules_version()


def test_faust_never_acknowledges_and_uses_our_transport(built: StreamApp) -> None:
    assert isinstance(built.transport, BatchTransport)
    (agent,) = built.agents.values()
    assert agent.channel.acks is False
    assert agent.channel.get_topic_name() == topics.EVENTS


def test_what_is_committed_is_published_by_the_drainer(built: StreamApp) -> None:
    assert built.owner.publishing is built.drainer


def test_a_worker_that_was_not_started_reads_nothing_and_was_given_nothing(built: StreamApp) -> None:
    assert not built.flowing()
    assert built.assigned() == 0
    assert built.restoring() == {}


def test_the_pages_about_patients_have_the_secret_of_the_settings(built: StreamApp) -> None:
    assert built.secret == "a-secret-of-workers"


def test_lag_is_noted_only_where_there_is_a_record_and_not_for_markers_alone(
    built: StreamApp, tmp_path: Path
) -> None:
    built.owner._open[2] = open_partition(tmp_path, Log(topics.EVENTS, "topic-id", 2), rules_version())
    composition._saw(built, 2, Unread(7, None))
    assert [each.lag for each in built.owner] == [0]
    composition._saw(built, 2, Unread(7, 1_000))
    assert [each.lag for each in built.owner] == [7]
    built.owner.close_all()


def test_a_fetch_is_measured_once_it_is_committed(built: StreamApp, tmp_path: Path) -> None:
    built.owner.publishing = SimpleNamespace(wake=lambda number: None)
    built.owner._open[2] = open_partition(tmp_path, Log(topics.EVENTS, "topic-id", 2), rules_version())
    event = Patient("ann").opened()
    record = SimpleNamespace(offset=0, key=event.patient_key.encode(), value=events.encode(event))
    fetched = Fetched(2, 1, 0, 1, [record])
    asyncio.run(composition._apply(built, fetched))
    asyncio.run(composition._apply(built, fetched))  # a repetition that changes nothing
    measured = built.figures.of(2)
    assert (measured.batch_sizes.count, measured.batch_sizes.sum) == (1, 1.0)
    assert measured.commit_seconds.count == 1
    built.owner.close_all()


def test_a_partition_that_publishes_does_not_stand_still(built: StreamApp, tmp_path: Path) -> None:
    partition = open_partition(tmp_path, Log(topics.EVENTS, "topic-id", 2), rules_version())
    built.owner._open[2] = partition
    partition.counters.moved_at = 0.0
    composition._moved(built.owner, 5)
    assert partition.counters.moved_at == 0.0
    composition._moved(built.owner, 2)
    assert partition.counters.moved_at > 0.0
    built.owner.close_all()


def test_a_stop_waits_until_nothing_is_left_to_publish(tmp_path: Path) -> None:
    partition = open_partition(tmp_path, Log(topics.EVENTS, "topic-id", 2), rules_version())
    waits = composition._all_published([partition.store.path])
    asyncio.run(asyncio.wait_for(waits, 10))
    event = Patient("ann").opened()
    record = SimpleNamespace(offset=0, key=event.patient_key.encode(), value=events.encode(event))
    partition.apply(Fetched(2, 1, 0, 1, [record]))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(composition._all_published([partition.store.path]), 0.1))
    partition.close()


def test_no_tables_are_prepared(built: StreamApp, tmp_path: Path) -> None:
    built._create_directories()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kafka", "kind"),
    [
        (KafkaSettings(), type(None)),
        (KafkaSettings(security_protocol="SSL"), composition.faust.SSLCredentials),
        (KafkaSettings(security_protocol="SASL_PLAINTEXT", **SASL), composition.faust.SASLCredentials),
        (KafkaSettings(security_protocol="SASL_SSL", **SASL), composition.faust.SASLCredentials),
    ],
)
def test_the_credentials_are_those_of_the_settings(kafka: KafkaSettings, kind: Any) -> None:
    assert type(composition._credentials(kafka, composition.tls_context(kafka))) is kind


def test_a_task_that_fails_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[BaseException] = []
    monkeypatch.setattr(composition, "leave", ended.append)

    async def fails() -> None:
        raise RuntimeError("broken")

    asyncio.run(composition._guarded(fails)())
    assert [str(reason) for reason in ended] == ["broken"]


def test_the_module_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = composition.nothing
