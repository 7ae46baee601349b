"""Backup and restore of a real door: what comes back knows the same people."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.registry import load
from contracts.settings import Home
from infra.door_backup import back_up, put_back
from infra.refusal import Refusal
from infra.workload import device_records
from ingest.door import Door
from ingest.publish import Message
from ingest.records import Received
from ingest.store import open_store


class Acknowledging:
    """Takes messages as Kafka would."""

    def publish(self, messages: Sequence[Message]) -> None:
        del messages


def take_in(home: Home, count: int, origin: str = "first") -> list[str]:
    """Verdicts of so many records; the same content from another origin is another record."""
    with contextlib.closing(open_store(home.door)) as store:
        door = Door(store, Acknowledging(), load(), lambda: datetime(2026, 6, 1, tzinfo=UTC))
        records = [Received(raw, f"{origin}/{at}") for at, raw in enumerate(device_records(count))]
        return [each.verdict for each in door.take_in("test", "motion_sensor", records)]


def test_a_restored_door_knows_the_same_people_and_records(home: Home, tmp_path: Path) -> None:
    assert take_in(home, 3) == ["accepted"] * 3
    copied = back_up(home, tmp_path / "copy")
    assert (copied.folder, copied.files > 0, copied.size_bytes > 0) == (str(tmp_path / "copy"), True, True)
    home.door.rename(tmp_path / "lost")
    back = put_back(home, tmp_path / "copy")
    assert (back.folder, back.files > 0) == (str(home.door), True)
    assert take_in(home, 4, origin="second") == ["duplicate"] * 3 + ["accepted"]


def test_no_backup_is_overwritten(home: Home, tmp_path: Path) -> None:
    take_in(home, 1)
    back_up(home, tmp_path / "copy")
    with pytest.raises(Refusal, match=r"exists\. Name a folder that does not"):
        back_up(home, tmp_path / "copy")


def test_two_vaults_are_never_mixed(home: Home, tmp_path: Path) -> None:
    take_in(home, 1)
    back_up(home, tmp_path / "copy")
    with pytest.raises(Refusal, match="holds a door already"):
        put_back(home, tmp_path / "copy")


def test_what_is_not_there_is_said(home: Home, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="There is no door in"):
        back_up(home, tmp_path / "copy")
    with pytest.raises(Refusal, match="There is no backup folder"):
        put_back(home, tmp_path / "copy")
