"""The store is its owner's alone, keeps its format, and refuses what it cannot read with a sentence."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import StoreError
from ingest.keys import KeyRing
from ingest.secret import SECRET_FILE
from ingest.store import DATABASE, FORMAT, open_store


def test_nobody_else_can_read_the_folder_or_its_files(clinic: Any, make_form: Any) -> None:
    clinic.send(make_form("P1", "M1"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in clinic.folder.iterdir()}
    assert clinic.folder.stat().st_mode & 0o777 == 0o700
    assert modes.keys() > {DATABASE, SECRET_FILE}
    assert set(modes.values()) == {0o600}


def test_it_waits_for_the_disk(clinic: Any) -> None:
    run = clinic.store.connection.execute
    assert run("PRAGMA journal_mode").fetchone() == ("wal",)
    assert run("PRAGMA synchronous").fetchone() == (2,)


def test_a_newer_format_is_refused(clinic: Any) -> None:
    clinic.store.connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(StoreError, match=r"format 3 and this version reads up to 2.*newer version"):
        open_store(clinic.folder)


def test_a_store_without_its_secret_or_with_another_one_is_refused(clinic: Any) -> None:
    path = clinic.folder / SECRET_FILE
    path.write_bytes(b"1" * 32)
    with pytest.raises(StoreError, match="does not belong to"):
        open_store(clinic.folder)
    path.unlink()
    with pytest.raises(StoreError, match="is missing"):
        open_store(clinic.folder)


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    open_store(tmp_path / "door").close()
    (tmp_path / "door" / DATABASE).write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="restore it from a backup"):
        open_store(tmp_path / "door")


def test_a_transaction_is_all_or_nothing(clinic: Any) -> None:
    with pytest.raises(OSError, match="full"), clinic.store.transaction():
        clinic.store.vault.person("P1")
        raise OSError("full")
    assert clinic.store.vault.find("P1") is None
    with clinic.store.transaction():
        clinic.store.vault.person("P1")
    with sqlite3.connect(clinic.folder / DATABASE) as beside:
        assert beside.execute("SELECT count(*) FROM persons").fetchone() == (1,)


def test_a_disk_that_is_full_or_read_only_is_a_sentence(clinic: Any) -> None:
    run = clinic.store.connection.execute
    run("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"cannot be written .*readonly"), clinic.store.transaction():
        clinic.store.vault.person("P1")
    run("PRAGMA query_only = OFF")
    run(f"PRAGMA max_page_count = {run('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(StoreError, match=r"cannot be written .*full"), clinic.store.transaction():
        run("INSERT INTO outbox (topic, key, value) VALUES ('t', x'00', zeroblob(1000000))")
    assert clinic.store.outbox.waiting() == 0


def test_a_store_with_one_key_per_source_keeps_its_keys(tmp_path: Path) -> None:
    key = KeyRing(tmp_path / "door").create("home_app")
    with sqlite3.connect(tmp_path / "door" / DATABASE) as old:
        old.execute("CREATE TABLE api_keys (source TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID")
        old.execute("INSERT INTO api_keys SELECT source, hash FROM named_keys")
        old.execute("DROP TABLE named_keys")
        old.execute("PRAGMA user_version = 1")
    assert KeyRing(tmp_path / "door").verify("home_app", key)
