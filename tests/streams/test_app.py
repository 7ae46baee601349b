"""The composition of the worker, without a broker: what it is made of and what it never asks of Faust."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts import topics
from contracts.settings import Home, KafkaSettings, Settings
from streams import app as composition
from streams.app import StreamApp, build
from streams.progression.policy import rules_version
from streams.transport import BatchTransport

SASL = {"sasl_mechanism": "PLAIN", "sasl_username": "worker", "sasl_password": "unlocked"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(composition, "topic_id_of_events", lambda kafka: "topic-id")
    monkeypatch.setattr(composition, "check_port", lambda host, port: None)
    return Settings(Home(tmp_path), KafkaSettings("127.0.0.1:1"))


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


def test_a_commit_wakes_the_outbox(built: StreamApp) -> None:
    assert built.owner.wake == built.drainer.wake


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
