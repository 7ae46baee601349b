from pathlib import Path

import pytest

from infra.benchmarks import our_replay
from infra.benchmarks.big_lake import big_lake
from infra.benchmarks.meter import moments
from warehouse.manifest import read_manifest


def test_every_event_of_the_partition_is_folded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "lake"
    big_lake(folder, 4_000, tmp_path, small=True)
    our_replay.main([str(folder), "3"])
    told = capsys.readouterr().out.splitlines()
    assert moments(told).keys() == {"began", "ended"}
    assert told[-1] == f"replayed {read_manifest(folder).next_offset('events', 3)}"
