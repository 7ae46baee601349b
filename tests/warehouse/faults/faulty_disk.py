"""A disk that fails, kills or stops its process at one step of landing; also a landing of its own process.

python faulty_disk.py FOLDER RECORDS STEP OCCURRENCE ACT SIZE
"""

import base64
import errno
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, Final

from warehouse.durable import Disk
from warehouse.exclusive import one_refresh_at_a_time
from warehouse.land import Bounds, Chunk, land
from warehouse.storage import MANIFEST

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
STEPS: Final = ("open", "write", "fsync", "rename", "manifest", "offset")
"""``manifest`` is its rename; ``offset`` is right after it: the offsets stand, and nothing more is done."""
ERRORS: Final = {
    "disk full": (errno.ENOSPC, "No space left on device"),
    "I/O error": (errno.EIO, "Input/output error"),
    "permission": (errno.EACCES, "Permission denied"),
}
SIGNALS: Final = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def act_of(name: str) -> Callable[[], None]:
    """What happens at the step."""

    def act() -> None:
        if name in SIGNALS:
            os.kill(os.getpid(), SIGNALS[name])
        else:
            raise OSError(*ERRORS[name])

    return act


class FaultyDisk(Disk):
    """Does the act when the step comes for the n-th time; ``counts`` says how often each came."""

    def __init__(self, step: str, occurrence: int, act: Callable[[], None]) -> None:
        self.step, self.occurrence, self.act = step, occurrence, act
        self.counts: Counter[str] = Counter()
        self.is_committing = False

    def _comes(self, step: str) -> bool:
        self.counts[step] += 1
        return step == self.step and self.counts[step] == self.occurrence

    def open(self, path: Path) -> BinaryIO:
        if self._comes("open"):
            self.act()
        return super().open(path)

    def write(self, path: Path, data: bytes) -> None:
        if self._comes("write"):
            with path.open("wb") as handle:
                handle.write(data[: len(data) // 2])
                handle.flush()
                self.act()
        super().write(path, data)

    def sync(self, handle: int) -> None:
        if self._comes("fsync"):
            self.act()
        super().sync(handle)

    def rename(self, source: Path, target: Path) -> None:
        self.is_committing = target.name == MANIFEST
        if self._comes("manifest" if self.is_committing else "rename"):
            self.act()
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        if self.is_committing and self._comes("offset"):
            self.act()
        super().sync_folder(folder)


class LogOfRecords:
    """Topics in memory, as they were written to a file."""

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, dict[int, list[Any]]] = {}
        for topic, number, key, value in json.loads(path.read_bytes()):
            rows = self.rows.setdefault(topic, {}).setdefault(number, [])
            raw = value and base64.b64decode(value)
            rows.append(SimpleNamespace(offset=len(rows), key=key.encode(), value=raw))

    def bounds(self, topic: str) -> dict[int, Bounds]:
        return {number: Bounds(0, len(rows)) for number, rows in self.rows.get(topic, {}).items()}

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        for number, (start, end) in wanted.items():
            yield Chunk(number, self.rows[topic][number][start:end], end)


def write_records(log: Any, path: Path) -> Path:
    """The records of a log in memory, for another process."""
    found = [
        [topic, number, row.key.decode(), row.value and base64.b64encode(row.value).decode()]
        for topic, partitions in log.rows.items()
        for number, rows in partitions.items()
        for row in rows
    ]
    path.write_text(json.dumps(found))
    return path


def main(folder: str, records: str, step: str, occurrence: str, act: str, size: str) -> None:
    """Land as a refresh does: under its lock."""
    disk = FaultyDisk(step, int(occurrence), act_of(act))
    place = Path(folder)
    with one_refresh_at_a_time(lock_of(place)):
        land(place, LogOfRecords(Path(records)), NOW, disk, {"events": int(size)})


def lock_of(folder: Path) -> Path:
    """The lock of the landing in this folder."""
    return folder.parent / f"{folder.name}.marts" / "refresh.lock"


if __name__ == "__main__":
    main(*sys.argv[1:])
