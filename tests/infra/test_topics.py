"""The topics of an installation on a real broker."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from contracts.settings import Settings
from contracts.topics import EVENTS, LARGEST_MESSAGE, PROGRESSION
from infra.topics import TopicsError, ensure_topics, topic_states

pytestmark = pytest.mark.broker


@dataclass(frozen=True)
class TwoSources:
    def sources(self) -> tuple[str, ...]:
        return ("first", "second")


@pytest.fixture
def settings(kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]) -> Settings:
    clean_topics(partitions=4)
    return kafka_settings()


def test_missing_topics_are_made_once(settings: Settings) -> None:
    assert ensure_topics(settings, TwoSources()) == ("myomap.raw.first", "myomap.raw.second")
    assert ensure_topics(settings, TwoSources()) == ()
    states = {state.name: state for state in topic_states(settings, TwoSources())}
    assert states["myomap.raw.first"].partitions == 4
    assert states["myomap.raw.first"].config["retention.ms"] == str(7 * 86_400_000)
    assert states[PROGRESSION].config["cleanup.policy"] == "compact"
    assert states[PROGRESSION].config["max.message.bytes"] == str(LARGEST_MESSAGE)


def test_other_partitions_are_refused_with_what_to_do(
    kafka_settings: Callable[..., Settings], settings: Settings
) -> None:
    with pytest.raises(TopicsError, match="MYOMAP_PARTITIONS=4"):
        ensure_topics(kafka_settings(partitions=8), TwoSources())


def test_a_changed_retention_is_brought_up_to_date(
    kafka_settings: Callable[..., Settings], settings: Settings
) -> None:
    changed = kafka_settings(retention_days=5)
    ensure_topics(changed, TwoSources())
    until = time.monotonic() + 20  # the broker may still tell the old value for a moment
    while events_of(changed) != {"cleanup.policy": "delete", "retention.ms": str(5 * 86_400_000)}:
        assert time.monotonic() < until, "the retention was not brought up to date"
        time.sleep(0.1)


def events_of(settings: Settings) -> dict[str, str]:
    (found,) = [state for state in topic_states(settings, TwoSources()) if state.name == EVENTS]
    return {name: found.config[name] for name in ("cleanup.policy", "retention.ms")}


def test_a_broker_that_is_not_there_is_one_sentence(kafka_settings: Callable[..., Settings]) -> None:
    with pytest.raises(TopicsError, match=r"No Kafka answers at 127\.0\.0\.1:1 "):
        ensure_topics(kafka_settings(broker="127.0.0.1:1"), TwoSources())
