"""All marts of a large lake, from nothing and after a day's news, against a plain query over its files."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import psutil

from infra.benchmarks.big_lake import append, big_lake, visits
from infra.benchmarks.carrying import ROOT, Failed, module
from infra.benchmarks.cores import Cores, on
from infra.benchmarks.figure import Figure, compared, not_measured, told
from infra.benchmarks.meter import moments
from infra.benchmarks.our_marts import Parts
from warehouse.land import compact

NAMES: Final = ("marts from nothing", "marts after 10,000 events")
UNIT: Final = "events/s"
MEMORY_MB: Final = 1_000
NEWS: Final = 10_000
BETWEEN_LOOKS_S: Final = 0.2


@dataclass
class Watched:
    """What a program wrote, and the most memory that it and its children had together, in MB."""

    lines: list[str] = field(default_factory=list)
    peak_mb: float = 0.0


def making_marts(
    folder: Path, cores: Cores, kept: Path, events: int, small: bool = False
) -> Iterator[Figure]:
    """``events``: how many the lake holds at least; ``kept``: the folder of what is kept between runs."""
    lake = folder / "lake"
    there = big_lake(lake, events, kept, small)
    compact(lake, datetime.now(UTC))
    try:
        plain = _seconds(_run(module("plain_query", lake, MEMORY_MB), cores))
        first = _run(module("our_marts", "full", folder / "work", lake, MEMORY_MB), cores)
        full = _parts(first)
        append(lake, visits(lake, NEWS))
        second = _run(module("our_marts", "news", folder / "work", lake, MEMORY_MB), cores)
        news = _parts(second)
    except Failed as problem:
        yield from (not_measured(name, UNIT, str(problem)) for name in NAMES)
        return
    yield compared(NAMES[0], there / full.work_s, UNIT, there / plain)
    yield compared(NAMES[1], there / news.work_s, UNIT, there / full.work_s)
    yield from _beside(full, news, max(first.peak_mb, second.peak_mb))


def _beside(full: Parts, news: Parts, peak_mb: float) -> Iterator[Figure]:
    yield told("estimators, from nothing", full.estimators_s, "s")
    yield told("estimators, after 10,000 events", news.estimators_s, "s")
    yield told("dbt's tests, from nothing", full.tests_s, "s")
    yield told("dbt's tests, after 10,000 events", news.tests_s, "s")
    yield told("start-up of a refresh", news.start_up_s + news.overhead_s, "s")
    yield told("memory of a build", peak_mb, "MB")


def _parts(watched: Watched) -> Parts:
    return msgspec.json.decode(watched.lines[-1], type=Parts)


def _seconds(watched: Watched) -> float:
    said = moments(watched.lines)
    return said["ended"].clock - said["began"].clock


def _run(command: list[str], cores: Cores) -> Watched:
    """Run a program on the client's core to its end; raises ``Failed`` with its last words."""
    with on(cores.client):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watched = Watched()
    watcher = threading.Thread(target=_watch, args=(psutil.Process(child.pid), watched))
    watcher.start()
    out, errors = child.communicate()
    watcher.join()
    watched.lines = out.splitlines()
    if child.returncode or not watched.lines:
        raise Failed(f"It ended with {child.returncode}: {errors[-800:].strip() or 'it said nothing'}")
    sys.stderr.write("".join(f"  {line}\n" for line in watched.lines))
    return watched


def _watch(process: psutil.Process, watched: Watched) -> None:
    while True:
        try:
            family = [process, *process.children(recursive=True)]
            together = sum(each.memory_info().rss for each in family if each.is_running())
            watched.peak_mb = max(watched.peak_mb, together / 2**20)
            process.wait(BETWEEN_LOOKS_S)
            return
        except psutil.TimeoutExpired:
            continue
        except psutil.NoSuchProcess:
            if not process.is_running():
                return
