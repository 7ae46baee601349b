"""Backup and restore of the left-side store: its database and its secret belong together."""

import contextlib
import os
import secrets
import shutil
import sqlite3
from pathlib import Path

from ingest.errors import StoreError
from ingest.secret import SECRET_FILE, read_secret
from ingest.store import DATABASE, connect


def backup(folder: Path, to: Path) -> None:
    """Write a consistent copy of the store, also beside a running door; ``to`` is complete or not there."""
    read_secret(folder)
    draft = _draft(to)
    with contextlib.closing(connect(folder)) as running:
        _copied(running, draft / DATABASE)
    _copied_secret(folder, draft)
    draft.rename(to)


def restore(source: Path, folder: Path) -> None:
    """Put a copy in place; raises ``StoreError`` for one that is incomplete, damaged or mixed."""
    for name in (DATABASE, SECRET_FILE):
        if not (source / name).is_file():
            raise StoreError(
                f"{source} is no backup of a door: {name} is missing. "
                "Name a folder that 'myomap backup' wrote."
            )
    draft = _draft(folder)
    try:
        with contextlib.closing(sqlite3.connect(source / DATABASE)) as kept:
            _copied(kept, draft / DATABASE)
        _copied_secret(source, draft)
        connect(draft).close()
    except (StoreError, sqlite3.DatabaseError) as failure:
        shutil.rmtree(draft, ignore_errors=True)
        raise StoreError(
            f"The backup in {source} cannot be used ({failure}). Name an earlier backup."
        ) from failure
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)


def _draft(final: Path) -> Path:
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = final.parent / f".{final.name}.{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    return draft


def _copied(running: sqlite3.Connection, path: Path) -> None:
    """A copy of the database in one file, checked."""
    path.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise StoreError(f"The copy {path} is damaged ({found}). Check the disk, then repeat.")


def _copied_secret(folder: Path, to: Path) -> None:
    value = read_secret(folder).value
    handle = os.open(to / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
