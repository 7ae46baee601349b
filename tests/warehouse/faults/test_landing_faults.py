"""Landing fails at any step, is killed or stopped there: nothing is torn, no range has gap or overlap."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faulty_disk
import pytest
from faulty_disk import ERRORS, NOW, STEPS, FaultyDisk, act_of, lock_of, write_records

from warehouse.exclusive import one_refresh_at_a_time
from warehouse.land import land
from warehouse.manifest import read_manifest
from warehouse.records import KINDS
from warehouse.refused import LakeRefused, RefreshBusy
from warehouse.segments import read_segment
from warehouse.storage import LocalFolder
from warehouse.verification import verify

SIZE = 5
"""Offsets in a sealed segment, so that a row group has one; a hundred offsets become a larger segment."""
IN_CI_S, NIGHTLY_S = 3.0, 60.0
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Topic:
    """A log, the lake that an undisturbed landing makes of it, and how often each step comes in that."""

    log: Any
    whole: Path
    records: Path
    counts: Mapping[str, int]

    def some_time(self, step: str, why: str) -> int:
        """One of the times that the step comes, another for each reason."""
        return random.Random(step + why).randint(1, self.counts[step])


def _people(make_course: Any, count: int) -> Iterator[Any]:
    # Keys that end in an even digit: all in one partition, so that larger segments come to be.
    return (make_course(2 * number, sessions=7) for number in range(1, count + 1))


@pytest.fixture(scope="module", params=["one row", "many row groups"])
def topic(request: Any, tmp_path_factory: Any, make_log: Any, make_course: Any, mixed: Any) -> Topic:
    said = mixed(_people(make_course, 4))
    log = make_log()
    log.say(*(said[:1] if request.param == "one row" else said))
    folder = tmp_path_factory.mktemp("topic")
    disk = FaultyDisk("none", 0, act_of("disk full"))
    land(folder / "whole", log, NOW, disk, {"events": SIZE})
    return Topic(log, folder / "whole", write_records(log, folder / "records.json"), disk.counts)


def _rows(folder: Path) -> list[tuple[int, int, str]]:
    found = []
    for each in read_manifest(folder).segments:
        rows = read_segment(folder, each, KINDS[each.kind]).select(
            ["kafka_partition", "kafka_offset", "event_id"]
        )
        found += [tuple(row.values()) for row in rows.to_pylist()]
    return sorted(found)


def _sealed(folder: Path) -> dict[str, bytes]:
    segments = read_manifest(folder).segments
    return {each.file: (folder / each.file).read_bytes() for each in segments if each.sealed}


def _stands(folder: Path, topic: Topic) -> None:
    """Whatever happened, readers find a beginning of the log and nothing torn."""
    codes = {each.code for each in verify(LocalFolder(folder)).findings}
    assert codes <= {"stray"}
    rows = _rows(folder)
    assert rows == _rows(topic.whole)[: len(rows)]


def _completes(folder: Path, topic: Topic) -> None:
    """The next landing makes of it what an undisturbed one made."""
    land(folder, topic.log, NOW, segment_offsets={"events": SIZE})
    assert _rows(folder) == _rows(topic.whole)
    assert _sealed(folder) == _sealed(topic.whole)
    assert verify(LocalFolder(folder)).findings == ()


def test_the_landing_that_is_disturbed_writes_more_than_one_row_group_and_larger_segments(
    topic: Topic,
) -> None:
    segments = read_manifest(topic.whole).segments
    if len(_rows(topic.whole)) > 1:
        assert (segments[0].start, segments[0].end) == (0, 100)
        assert len(segments) > 2


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("step", STEPS)
def test_an_error_of_the_disk_leaves_a_whole_lake(
    topic: Topic, tmp_path: Path, step: str, error: str
) -> None:
    for number in {1, topic.some_time(step, error)}:
        folder = tmp_path / str(number)
        with pytest.raises(LakeRefused, match=r"could not be written .* myomap refresh"):
            land(folder, topic.log, NOW, FaultyDisk(step, number, act_of(error)), {"events": SIZE})
        _stands(folder, topic)
        _completes(folder, topic)


def _started(topic: Topic, folder: Path, step: str, number: int, act: str) -> subprocess.Popen[bytes]:
    asked = (folder, topic.records, step, number, act, SIZE)
    return subprocess.Popen([sys.executable, faulty_disk.__file__, *map(str, asked)], stderr=subprocess.PIPE)


def _disturbed(topic: Topic, tmp_path: Path, act: str) -> dict[Path, subprocess.Popen[bytes]]:
    """A landing of its own process for each step, side by side."""
    started = {}
    for step in STEPS:
        folder = tmp_path / step
        started[folder] = _started(topic, folder, step, topic.some_time(step, act), act)
    return started


@pytest.mark.slow
def test_killed_at_any_step_the_lake_is_whole(topic: Topic, tmp_path: Path) -> None:
    for folder, process in _disturbed(topic, tmp_path, "kill").items():
        assert process.wait(PATIENCE_S) == -signal.SIGKILL
        _stands(folder, topic)
        _completes(folder, topic)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seconds", [IN_CI_S, pytest.param(NIGHTLY_S, marks=pytest.mark.nightly)], ids=["short", "long"]
)
def test_stopped_at_any_step_readers_see_a_whole_lake_and_nobody_else_lands(
    topic: Topic, tmp_path: Path, seconds: float
) -> None:
    started = _disturbed(topic, tmp_path, "stop")
    try:
        for folder, process in started.items():
            _wait_until_stopped(process)
            _stands(folder, topic)
            with pytest.raises(RefreshBusy), one_refresh_at_a_time(lock_of(folder), patience_s=0.01):
                pass
        time.sleep(seconds)
        for folder, process in started.items():
            _stands(folder, topic)
            process.send_signal(signal.SIGCONT)
        for folder, process in started.items():
            assert process.wait(PATIENCE_S) == 0, process.stderr and process.stderr.read()
            assert _rows(folder) == _rows(topic.whole)
            _completes(folder, topic)
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def _wait_until_stopped(process: subprocess.Popen[bytes]) -> None:
    """Until the process stops itself; a stopped child is told to whoever asks for it."""
    ended, status = os.waitpid(process.pid, os.WUNTRACED)
    assert ended == process.pid
    assert os.WIFSTOPPED(status), process.stderr and process.stderr.read()
