"""Runs the plain query of ``baseline.sql`` over a lake's Parquet and notes how long it takes.

python -m infra.benchmarks.plain_query FOLDER MEMORY_MB
"""

import re
import sys
from pathlib import Path
from typing import Final

import duckdb

from infra.benchmarks.meter import Meter
from warehouse.lake import Lake
from warehouse.manifest import read_manifest
from warehouse.records import EVENTS

QUERY: Final = Path(__file__).with_name("baseline.sql")


def statements(text: str) -> list[str]:
    """The statements of a file, without its comments."""
    bare = re.sub(r"^--.*$", "", text, flags=re.MULTILINE)
    return [each.strip() for each in bare.split(";") if each.strip()]


def answer(files: list[str], database: Path, memory_mb: int) -> list[tuple[object, ...]]:
    """What the query finds; one thread, and so much memory as the marts get."""
    config = {"threads": 1, "memory_limit": f"{memory_mb}MB"}
    with duckdb.connect(str(database), config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for each in statements(QUERY.read_text(encoding="utf-8")):
            connection.execute(each, {"files": files} if "$files" in each else None)
        return connection.execute("SELECT * FROM answer").fetchall()


def main(arguments: list[str]) -> None:
    """Run it once."""
    folder = Path(arguments[0])
    files = Lake(folder, read_manifest(folder)).files(EVENTS.name)
    meter = Meter()
    meter.begin()
    answer(files, folder.with_name("plain_query.duckdb"), int(arguments[1]))
    meter.end()


if __name__ == "__main__":
    main(sys.argv[1:])
