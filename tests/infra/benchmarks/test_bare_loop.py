import asyncio
from collections.abc import Callable

import pytest

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.bare_loop import consume
from infra.benchmarks.clinics import Said
from infra.benchmarks.log_of_events import OUTPUTS, fresh_topics, write_log
from infra.benchmarks.meter import moments
from infra.workload import log_of_events


@pytest.mark.broker
def test_it_ends_when_all_events_are_folded(
    kafka_settings: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = kafka_settings(partitions=2)
    fresh_topics(settings, (topics.EVENTS, *OUTPUTS))
    ends = write_log(settings, [Said(each.key, each.value) for each in log_of_events(300)])
    events = sum(ends.values())
    asyncio.run(asyncio.wait_for(consume(settings.kafka.bootstrap, topics.EVENTS, events), 60))
    said = moments(capsys.readouterr().out.splitlines())
    assert said["began"].clock < said["ended"].clock
