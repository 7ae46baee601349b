import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import Settings
from infra.benchmarks.carrying import Failed
from infra.benchmarks.clinics import clinics
from infra.benchmarks.cores import Cores
from infra.benchmarks.crowd import crowd
from infra.benchmarks.living import inhabited
from infra.benchmarks.log_of_events import fresh_topics
from infra.benchmarks.place import Place
from infra.benchmarks.returning import read_back


@pytest.mark.broker
def test_reading_back_counts_only_when_everybody_is_there(
    kafka_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = kafka_settings(partitions=2)
    fresh_topics(settings)
    members = list(crowd(clinics(tmp_path, small=True)[:1_000], 41))
    place = Place(settings, Cores(None, None), tmp_path, os.getpid())
    many = inhabited(place, members[:40])
    assert read_back(many) > 0
    with pytest.raises(Failed, match="Of 41 states 40 came back"):
        read_back(dataclasses.replace(many, members=members))
