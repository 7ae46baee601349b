"""Builds the marts in two files that are kept: all of them, or what has changed since the build before."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from warehouse.digest import digest_of
from warehouse.durable import writing
from warehouse.lake import Lake
from warehouse.load import Loaded, load, load_news, name_build
from warehouse.stamp import Stamp, break_stamp, goes_on, keep_stamp, read_stamp
from warehouse.transform_run import (
    DEFAULT_MEMORY_MB,
    PROJECT,
    TestsRefused,
    Transform,
    Transformed,
    start_transform,
)

UNNAMED: Final = "0"


@dataclass(frozen=True)
class Place:
    """Where marts are built: ``working`` holds the lake and what lies between, ``candidate`` the marts."""

    work: Path

    @property
    def working(self) -> Path:
        """Schemas lake, reference, staging and intermediate."""
        return self.work / "working.duckdb"

    @property
    def candidate(self) -> Path:
        """Schema main: the marts alone."""
        return self.work / "candidate.duckdb"

    def clear(self) -> None:
        """Take both files away."""
        with writing(self.work):
            self.work.mkdir(parents=True, exist_ok=True)
            for name in ("working.duckdb", "candidate.duckdb"):
                for left in self.work.glob(f"{name}*"):
                    if left.is_file():
                        left.unlink()


@dataclass(frozen=True)
class Built:
    """What a build did: ``full`` of everybody, or of the touched people; seconds of its parts."""

    loaded: Loaded
    full: bool
    load_s: float
    transformed: Transformed


@dataclass(frozen=True)
class Order:
    """What to build: a lake by code of this ``digest``, under the name of a ``release``.

    full: of everybody, also where the files would go on. test_all: every row of the marts, not those of
    the touched people alone.
    """

    lake: Lake
    digest: str
    release: str = UNNAMED
    full: bool = False
    test_all: bool = False
    memory_mb: int = DEFAULT_MEMORY_MB


@dataclass(frozen=True)
class Filled:
    """The files with what was landed in them, before the marts are built."""

    loaded: Loaded
    full: bool
    load_s: float


def fill(place: Place, order: Order) -> Filled:
    """Load what was landed, all of it or what is new since the build before; raises ``LakeRefused``.

    From here on the files count as broken off until ``make_marts`` has ended.
    """
    began = time.monotonic()
    stamp = read_stamp(place.work)
    going_on = None if order.full or not place.candidate.exists() else stamp
    if not goes_on(going_on, order.digest, order.lake.manifest):
        going_on = None
    break_stamp(place.work)
    if going_on is None:
        place.clear()
    with duckdb.connect(str(place.working)) as connection:
        _bound(connection, place, order.memory_mb)
        connection.execute(f"ATTACH {_quoted(place.candidate)} AS candidate")
        loaded = (
            load(connection, order.lake) if going_on is None else load_news(connection, order.lake, going_on)
        )
        name_build(connection, order.release, loaded.as_of)
    return Filled(loaded, going_on is None, time.monotonic() - began)


def make_marts(place: Place, order: Order, filled: Filled, transform: Transform) -> Built:
    """Build and test the marts of the filled files; raises ``ReleaseRefused``.

    Where the models stand and a test refuses, the files are whole: the next build goes on from them, and
    tests all rows.
    """
    manifest = order.lake.manifest
    stamp = Stamp(
        digest=order.digest,
        erased=len(manifest.erased),
        offsets=manifest.offsets(),
        as_of=filled.loaded.as_of,
    )
    try:
        transformed = transform.build(filled.full, filled.full or order.test_all)
    except TestsRefused:
        keep_stamp(place.work, stamp)
        raise
    keep_stamp(place.work, stamp)
    return Built(filled.loaded, filled.full, filled.load_s, transformed)


def build(
    work: Path, lake: Lake, full: bool = False, project: Path = PROJECT, memory_mb: int = DEFAULT_MEMORY_MB
) -> Built:
    """Load and build in ``work`` without gates or a release; raises ``WarehouseRefused``."""
    place = Place(work)
    order = Order(lake, digest_of(project), full=full, memory_mb=memory_mb)
    transform = start_transform(project, place.working, place.candidate, work, memory_mb)
    try:
        return make_marts(place, order, fill(place, order), transform)
    finally:
        transform.stop()


def _bound(connection: duckdb.DuckDBPyConnection, place: Place, memory_mb: int) -> None:
    connection.execute(f"SET memory_limit = '{int(memory_mb)}MB'")
    connection.execute("SET temp_directory = ?", [f"{place.working}.spill"])
    connection.execute("SET preserve_insertion_order = false")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
