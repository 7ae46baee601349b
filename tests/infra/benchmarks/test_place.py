import os
import sys
from pathlib import Path

import pytest

from contracts.settings import Home, Settings
from infra.benchmarks.cores import Cores
from infra.benchmarks.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    settings = Settings(Home(tmp_path / "home"), own_broker=False)
    return Place(settings, Cores(None, None), tmp_path, os.getpid())


def test_every_program_has_a_home_and_a_port_of_its_own(place: Place) -> None:
    one, other = place.own_settings("worker"), place.own_settings("worker")
    assert one.home != other.home
    assert one.kafka == other.kafka == place.settings.kafka
    assert place.bootstrap == one.kafka.bootstrap


def test_what_was_started_is_gone_with_the_block(place: Place) -> None:
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(ValueError, match="enough"), place.started(sleeping, "sleeper") as process:
        assert not process.ended
        raise ValueError("enough")
    assert process.ended
