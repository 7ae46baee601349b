"""A file is there as a whole or not at all, whichever step fails."""

import errno
from pathlib import Path
from typing import Any

import pytest

from warehouse.durable import TEMPORARY, Disk, put
from warehouse.refused import LakeRefused

STEPS = ("write", "sync", "rename")


class FailingDisk(Disk):
    """A disk on which one step fails."""

    def __init__(self, step: str) -> None:
        self.step = step

    def write(self, path: Path, data: bytes) -> None:
        if self.step == "write":
            path.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(path, data)

    def sync(self, handle: int) -> None:
        if self.step == "sync":
            raise OSError(errno.EIO, "Input/output error")
        super().sync(handle)

    def rename(self, source: Path, target: Path) -> None:
        if self.step == "rename":
            raise OSError(errno.EACCES, "Permission denied")
        super().rename(source, target)


def test_a_file_is_written_under_its_name_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    put(Disk(), tmp_path / "a" / "b.bin", b"12")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.bin"]
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"12"


@pytest.mark.parametrize("step", STEPS)
def test_when_a_step_fails_the_old_file_stands_and_the_message_says_what_to_do(
    tmp_path: Path, step: str
) -> None:
    path = tmp_path / "b.bin"
    put(Disk(), path, b"old content")
    with pytest.raises(LakeRefused) as refused:
        put(FailingDisk(step), path, b"other content")
    assert path.read_bytes() == b"old content"
    assert "b.bin could not be written" in str(refused.value)
    assert "myomap refresh" in str(refused.value)


def test_the_bytes_reach_the_medium_before_the_name_does(tmp_path: Path) -> None:
    steps: list[str] = []

    class Watching(Disk):
        def sync(self, handle: int) -> None:
            steps.append("sync")

        def rename(self, source: Path, target: Path) -> None:
            steps.append("rename")
            assert source.name.endswith(TEMPORARY)
            super().rename(source, target)

    put(Watching(), tmp_path / "b.bin", b"12")
    assert steps == ["sync", "rename", "sync"]


def test_a_folder_that_may_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LakeRefused, match="could not be written"):
        put(Disk(), tmp_path / "file" / "x.bin", b"")


def test_what_is_not_about_files_is_not_caught(tmp_path: Path) -> None:
    class Broken(Disk):
        def write(self, path: Path, data: Any) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put(Broken(), tmp_path / "b.bin", b"")
