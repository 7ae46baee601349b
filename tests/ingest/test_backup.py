"""A backup is consistent beside a running door, complete or not there; restoring it splits nobody."""

from pathlib import Path
from typing import Any

import pytest

from ingest.backup import backup, restore
from ingest.errors import StoreError
from ingest.secret import SECRET_FILE
from ingest.store import DATABASE, open_store


def test_a_restored_door_knows_the_same_people_events_and_bytes(
    clinic: Any, make_form: Any, tmp_path: Path
) -> None:
    clinic.send(make_form("P1", "M1"), b"rubbish")
    key = clinic.key("P1")
    backup(clinic.folder, tmp_path / "copy")
    clinic.send(make_form("P2", "M1"))
    clinic.store.close()
    restore(tmp_path / "copy", tmp_path / "again")
    clinic.folder = tmp_path / "again"
    clinic.open()
    assert clinic.key("P1") == key
    assert clinic.key("P2") is None
    assert clinic.send(make_form("P1", "M1")) == ("duplicate",)
    assert [each.raw for each in clinic.store.quarantine.of("therapist_form")] == [b"rubbish"]


def test_a_backup_holds_two_files_that_only_their_owner_can_read(clinic: Any, tmp_path: Path) -> None:
    backup(clinic.folder, tmp_path / "copy")
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {DATABASE, SECRET_FILE}
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "copy").iterdir()}
    assert modes == {0o600}
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", [DATABASE, SECRET_FILE])
def test_an_incomplete_or_mixed_backup_is_refused_and_leaves_nothing(
    clinic: Any, tmp_path: Path, name: str
) -> None:
    backup(clinic.folder, tmp_path / "copy")
    open_store(tmp_path / "other").close()
    (tmp_path / "copy" / name).write_bytes((tmp_path / "other" / name).read_bytes()[:4096])
    with pytest.raises(StoreError, match="cannot be used"):
        restore(tmp_path / "copy", tmp_path / "again")
    (tmp_path / "copy" / name).unlink()
    with pytest.raises(StoreError, match=f"{name} is missing"):
        restore(tmp_path / "copy", tmp_path / "again")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"copy", "other", "door"}


def test_it_is_restored_into_an_empty_folder_too(clinic: Any, tmp_path: Path) -> None:
    backup(clinic.folder, tmp_path / "copy")
    (tmp_path / "again").mkdir()
    restore(tmp_path / "copy", tmp_path / "again")
    open_store(tmp_path / "again").close()
