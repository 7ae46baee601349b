"""A disk for a host that is small and can be made larger: a file system in memory, or a stand-in for it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from crash.hosts import PROGRAM, Host

MIB: Final = 1024 * 1024
FILES: Final = 8
"""Files that grow in a host's folder of stores: each of four partitions has two."""


class Disk(Protocol):
    """The disk below a host's home."""

    def leave(self, room: int) -> None:
        """Have room for only so many more bytes, at the latest from the worker's next start on."""

    def grow(self) -> None:
        """Have room for everything again."""


@dataclass
class Memory:
    """A file system in memory, whose size is changed while it is in use."""

    folder: Path

    def leave(self, room: int) -> None:
        """Have room for only so many more bytes."""
        self._resize(shutil.disk_usage(self.folder).used + room)

    def grow(self) -> None:
        """Have room for everything again."""
        self._resize(1024 * MIB)

    def _resize(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


@dataclass
class Limit:
    """Where nothing may be mounted: no file that the worker writes may grow beyond a size."""

    host: Host

    def leave(self, room: int) -> None:
        """Let no file grow beyond its part of so many bytes, from the next start of the worker on."""
        size = room // FILES
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); "
        self.host.launch = (sys.executable, "-c", limit + PROGRAM)

    def grow(self) -> None:
        """Let files grow as they will, from the next start of the worker on."""
        self.host.launch = (sys.executable, "-c", PROGRAM)


@contextmanager
def disk_of(host: Host) -> Iterator[Disk]:
    """The disk below a host's home, with room for everything yet."""
    host.home.root.mkdir(parents=True)
    if not _mounted(host.home.root):
        print("!! NOTHING MAY BE MOUNTED HERE: A LIMIT ON THE SIZE OF FILES STANDS IN FOR A FULL DISK")
        yield Limit(host)
        return
    try:
        yield Memory(host.home.root)
    finally:
        subprocess.run(["umount", "-l", host.home.root], check=True)


def _mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={1024 * MIB}", "tmpfs", folder]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # there is no such program
        return False
