"""What the stores of one or more hosts hold, read from their files beside whatever runs."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crash.oracle import Dump, dumped

from contracts.settings import Home
from streams.lookup import stores


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def offsets(home: Home) -> dict[int, int]:
    """The next offset of each partition that has a store in this home."""
    found = {}
    for path in stores(home):
        try:
            with _reading(path) as connection:
                found.update(connection.execute("SELECT partition, next_offset FROM meta").fetchall())
        except sqlite3.OperationalError:
            continue  # its owner is just making it
    return found


def dump(path: Path) -> Dump:
    """By patient all rows of one store, as canonical bytes."""
    with _reading(path) as connection:
        episodes: dict[str, dict[str, tuple[bytes, bytes]]] = {}
        for key, name, view, detail in connection.execute(
            "SELECT patient_key, episode_id, view, detail FROM episodes"
        ):
            episodes.setdefault(key, {})[name] = (view, detail)
        return {
            key: dumped(row, episodes.get(key, {}))
            for key, row in connection.execute("SELECT patient_key, state FROM patients")
        }


def farthest(homes: Iterable[Home]) -> dict[int, Path]:
    """For each partition the store that has read the most: that of its last owner."""
    best: dict[int, tuple[int, Path]] = {}
    for home in homes:
        for path in stores(home):
            with _reading(path) as connection:
                number, offset = connection.execute("SELECT partition, next_offset FROM meta").fetchone()
            if number not in best or offset > best[number][0]:
                best[number] = (offset, path)
    return {number: path for number, (_, path) in best.items()}
