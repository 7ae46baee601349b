"""Measures the parts that carry the load, each against something run in the same minute.

``python -m infra.bench`` prints the figures and writes ``bench.json``: a list of objects with name,
value and unit, against what, ratio, floor and aim. A machine is faster or slower; the ratios stay. The
client has one core, a real broker the other. Ends with status 1 when a ratio is below its floor, and
with 3 when a figure could not be measured. ``--profile`` shows where the worker's time goes.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.settings import Home, settings_from
from infra.benchmarks import parts, profile_of
from infra.benchmarks.clinics import clinics
from infra.benchmarks.cores import Cores, on, two_cores
from infra.benchmarks.crowd import crowd
from infra.benchmarks.delivering import Backlog, delivering
from infra.benchmarks.figure import Figure
from infra.benchmarks.landing import landing
from infra.benchmarks.living import inhabited, living
from infra.benchmarks.log_of_events import fresh_topics, partition_of, write_log
from infra.benchmarks.making_marts import making_marts
from infra.benchmarks.place import placed
from infra.benchmarks.returning import returning
from infra.report import plain, print_table

PARTITIONS: Final = 8
TOO_SLOW: Final = 1
NOT_MEASURED: Final = 3


@dataclass(frozen=True)
class Work:
    """So much of each.

    records to judge; states of a commit; rows of a mart and questions to it; events of the long episode;
    whether the small clinics; partitions of 8 that the compared programs fold, and how often each does;
    patients of a worker, and seconds at each rate; events of the lake of which marts are made.
    """

    records: int = 20_000
    states: int = 5_000
    rows: int = 200_000
    questions: int = 200
    events: int = 40
    small: bool = False
    share: int = 4
    rounds: int = 2
    patients: int = 20_000
    seconds: float = 20.0
    lake_events: int = 10_000_000


SMALL: Final = Work(200, 50, 2_000, 5, 10, True, 4, 1, 400, 1.0, 20_000)


def measure(work: Work, home: Home, folder: Path) -> Iterator[Figure]:
    """Every figure, one after the other; ``folder`` is for what is kept between runs."""
    cores = two_cores()
    print(f"Measuring: {cores}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as place, on(cores.client):
        yield from of_parts(work, home, Path(place))
    with tempfile.TemporaryDirectory() as place:
        yield from of_the_lake(work, folder, Path(place), cores)
        yield from of_the_path(work, folder, Path(place), cores)
        yield from of_a_worker(work, folder, Path(place), cores)


def of_parts(work: Work, home: Home, place: Path) -> Iterator[Figure]:
    """What needs no broker."""
    yield parts.accepting(work.records)
    yield parts.asking(home, place, work.rows, work.questions)
    yield parts.committing(work.states, place)
    yield from parts.folding(work.events)


def of_the_lake(work: Work, folder: Path, place: Path, cores: Cores) -> Iterator[Figure]:
    """The marts of a large lake, and how fast a log lands; ``place``/lake stays for the replay."""
    yield from making_marts(place, cores, folder, work.lake_events, work.small)
    said = clinics(folder, work.small)
    with placed(place / "landing", cores, PARTITIONS) as there:
        fresh_topics(there.settings)
        backlog = Backlog(write_log(there.settings, [*said, *said]))
        yield from landing(there, backlog, work.rounds)


def of_the_path(work: Work, folder: Path, place: Path, cores: Cores) -> Iterator[Figure]:
    """The path from Kafka to Kafka, against other programs; some of the partitions are enough."""
    said = [each for each in clinics(folder, work.small) if partition_of(each.key, PARTITIONS) < work.share]
    with placed(place / "path", cores, work.share) as there:
        fresh_topics(there.settings)
        # Fewer partitions, each as full as ever: what a fetch holds is as with all of them.
        backlog = Backlog(write_log(there.settings, said, partitions=PARTITIONS))
        yield from delivering(there, backlog, folder, place / "lake", work.rounds)


def of_a_worker(work: Work, folder: Path, place: Path, cores: Cores) -> Iterator[Figure]:
    """A worker with many patients, and how fast their states come back."""
    members = list(crowd(clinics(folder, work.small), work.patients))
    with placed(place / "worker", cores, PARTITIONS) as there:
        fresh_topics(there.settings)
        yield from returning(there, members)
        fresh_topics(there.settings)
        yield from living(there, inhabited(there, members), work.seconds)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; see the module for the status."""
    parser = argparse.ArgumentParser(prog="infra.bench", description="Measure what carries the load.")
    parser.add_argument("--small", action="store_true", help="a hundredth of the work, for a quick look")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="file to write the figures to")
    parser.add_argument("--profile", action="store_true", help="show where the worker's time goes instead")
    chosen = parser.parse_args(arguments)
    home = settings_from(os.environ).home
    folder = home.root / "bench"
    if chosen.profile:
        print(profile_of.hot_path(clinics(folder, chosen.small), PARTITIONS))
        return 0
    figures = []
    for figure in measure(SMALL if chosen.small else Work(), home, folder):
        print(_line(figure), file=sys.stderr, flush=True)
        figures.append(figure)
    chosen.out.write_text(json.dumps(plain(figures), indent=2) + "\n", encoding="utf-8")
    columns = ("what", "reached", "", "against", "ratio", "floor", "aim", "not measured because")
    print_table("Measured in the same run", columns, [list(plain(each).values()) for each in figures])
    return status_of(figures)


def status_of(figures: Sequence[Figure]) -> int:
    """0 when every floor holds, ``TOO_SLOW`` when one does not, ``NOT_MEASURED`` when one is unknown."""
    slow = [each.name for each in figures if each.is_low]
    missing = [each for each in figures if each.missing]
    for each in missing:
        print(f"NOT MEASURED: {each.name}: {each.missing}", file=sys.stderr)
    if slow:
        print(f"Below its floor: {', '.join(slow)}.", file=sys.stderr)
        return TOO_SLOW
    return NOT_MEASURED if missing else 0


def _line(figure: Figure) -> str:
    value = "not measured" if figure.value is None else f"{figure.value:g} {figure.unit}"
    ratio = "" if figure.ratio is None else f", {figure.ratio:.3g} times {figure.against}"
    return f"  {figure.name}: {value}{ratio}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
