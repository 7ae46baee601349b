"""The landing that is measured is the one that users have, and it says when it began and ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks import our_landing
from infra.benchmarks.clinics import clinics
from infra.benchmarks.log_of_events import OUTPUTS, fresh_topics, write_log
from infra.benchmarks.meter import moments
from infra.connection import environment_of
from warehouse.lake import open_lake


@pytest.mark.broker
def test_it_lands_the_log_and_tells_both_moments(
    kafka_settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = kafka_settings(partitions=2)
    said = clinics(tmp_path, small=True)[:500]
    fresh_topics(settings, (topics.EVENTS, *OUTPUTS))
    write_log(settings, said)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(our_landing.NotedLog, "meter", our_landing.Meter())
    our_landing.main()
    assert sum(each.rows for each in open_lake(settings.home).manifest.of("events")) == 500
    told = moments(capsys.readouterr().out.splitlines())
    assert told["ended"].clock >= told["began"].clock
