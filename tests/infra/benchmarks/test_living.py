import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import Settings
from infra.benchmarks.clinics import clinics
from infra.benchmarks.cores import Cores
from infra.benchmarks.crowd import crowd
from infra.benchmarks.living import inhabited
from infra.benchmarks.log_of_events import fresh_topics
from infra.benchmarks.place import Place
from streams.lookup import find_patient


@pytest.mark.broker
def test_the_crowd_is_in_the_stores_of_its_partitions(
    kafka_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = kafka_settings(partitions=2)
    fresh_topics(settings)
    members = list(crowd(clinics(tmp_path, small=True)[:1_000], 40))
    many = inhabited(Place(settings, Cores(None, None), tmp_path, os.getpid()), members)
    for member in members:
        state = find_patient(many.settings.home, member.key)
        assert state is not None
    assert len(list(many.settings.home.streams.glob("*.sqlite"))) == 2
