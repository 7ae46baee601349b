"""Files that are there as a whole or not at all: temporary name, sync, rename, sync of the folder."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from warehouse.refused import LakeRefused

TEMPORARY: Final = ".unfinished"


class Disk:
    """The steps of writing a file; each may fail, and a test makes each of them fail."""

    def open(self, path: Path) -> BinaryIO:
        """A file that nobody reads yet."""
        return path.open("wb")

    def write(self, path: Path, data: bytes) -> None:
        """The bytes into a file that nobody reads yet, down to the medium."""
        with self.open(path) as handle:
            handle.write(data)
            handle.flush()
            self.sync(handle.fileno())

    def sync(self, handle: int) -> None:
        """Wait until the medium has it."""
        os.fsync(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give the file its name, in place of an older one."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the medium has the names."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            self.sync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Take a file away."""
        path.unlink(missing_ok=True)


def put(disk: Disk, path: Path, data: bytes) -> None:
    """Write a file so that its name never stands for a part of it; raises ``LakeRefused``."""
    unfinished = path.with_name(path.name + TEMPORARY)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.write(unfinished, data)
        disk.rename(unfinished, path)
        disk.sync_folder(path.parent)


@contextlib.contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Turn what the operating system or a store says about a file into a sentence."""
    try:
        yield
    except OSError as problem:
        raise LakeRefused(
            f"{path} could not be written ({problem.strerror or problem}). What was there before still "
            "stands. Make room or give this user the right to write there, then run: myomap refresh"
        ) from problem
