"""The left-side store: one SQLite file and one secret in a folder that only its owner can read.

It holds the vault, the identity index, the quarantine, the outbox of receipts, the file ledger, the
audit of look-ups and the hashes of API keys. Losing it splits every patient: back it up.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest import identity, ledger, lookup, outbox, quarantine, vault
from ingest.errors import StoreError
from ingest.secret import SECRET_FILE, Secret, make_secret, read_secret

DATABASE: Final = "door.sqlite"
LOCK: Final = "door.lock"
FORMAT: Final = 2
"""Version of the tables; a store of a newer one is refused."""
KEYS: Final = """
CREATE TABLE named_keys (
    source TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (source, name)
) WITHOUT ROWID;
"""
SCHEMA: Final = """
CREATE TABLE meta (fingerprint TEXT NOT NULL);
"""
NOT_WRITABLE: Final = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
)
PARTS: Final = (vault, identity, quarantine, outbox, ledger, lookup)


class Store:
    """An open store. One thread at a time uses it; ``Door`` sees to that."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, secret: Secret) -> None:
        self.folder = folder
        self.connection = connection
        self.secret = secret
        self.vault = vault.Vault(connection, secret.derived("marks"))
        self.identities = identity.Identities(connection)
        self.quarantine = quarantine.Quarantine(connection, secret.derived("quarantine"))
        self.outbox = outbox.Outbox(connection)
        self.ledger = ledger.Ledger(connection)
        self.lookup = lookup.Lookup(connection, self.vault)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing, with the file's write lock from the beginning."""
        with transaction(self.connection):
            yield

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def open_store(folder: Path) -> Store:
    """The store in this folder; an empty folder gets one. Raises ``StoreError`` for one it cannot read."""
    connection = connect(folder)
    return Store(folder, connection, read_secret(folder))


def connect(folder: Path) -> sqlite3.Connection:
    """A connection to the folder's store, which is made first where there is none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    path = folder / DATABASE
    if not path.exists():
        make_secret(folder)
        path.touch(mode=0o600)
    try:
        return _opened(folder, path)
    except sqlite3.DatabaseError as failure:
        raise StoreError(
            f"{path} cannot be used ({failure}). If it is damaged, move the folder {folder} away and "
            "restore it from a backup: myomap restore FROM"
        ) from failure


def _opened(folder: Path, path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA secure_delete = FAST")
        _prepare(connection, folder)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, folder: Path) -> None:
    """Make the tables of an empty file; refuse a newer format and a foreign secret."""
    if _format(connection) == 0:
        _make_tables(connection, read_secret(folder).fingerprint())
    if _format(connection) == 1:
        _name_keys(connection)
    found = _format(connection)
    if found > FORMAT:
        raise StoreError(
            f"The store in {folder} has format {found} and this version reads up to {FORMAT}. "
            "Use the newer version of Myomap that wrote it."
        )
    if connection.execute("SELECT fingerprint FROM meta").fetchone()[0] != read_secret(folder).fingerprint():
        raise StoreError(
            f"{folder / SECRET_FILE} does not belong to {folder / DATABASE}. "
            "Put the right one back, or restore both from one backup: myomap restore FROM"
        )


def _make_tables(connection: sqlite3.Connection, fingerprint: str) -> None:
    with transaction(connection):
        if _format(connection) != 0:
            return  # another door was faster
        for schema in (SCHEMA, KEYS, *(part.SCHEMA for part in PARTS)):
            for statement in schema.split(";"):
                connection.execute(statement)
        connection.execute("INSERT INTO meta (fingerprint) VALUES (?)", (fingerprint,))
        connection.execute(f"PRAGMA user_version = {FORMAT:d}")


def _name_keys(connection: sqlite3.Connection) -> None:
    """From format 1, where a source had one key, to format 2, where its keys have names."""
    with transaction(connection):
        if _format(connection) != 1:
            return  # another door was faster
        connection.execute(KEYS)
        connection.execute("INSERT INTO named_keys SELECT source, 'sender', hash FROM api_keys")
        connection.execute("DROP TABLE api_keys")
        connection.execute("PRAGMA user_version = 2")


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, with the file's write lock from the beginning."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as failure:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(failure, sqlite3.OperationalError) and _is_of_disk(failure):
            raise StoreError(
                f"The door's store cannot be written ({failure}); nothing of this batch was settled. Free "
                "disk space, see that the folder may be written and no other program holds it, then repeat."
            ) from failure
        raise


def _is_of_disk(failure: sqlite3.OperationalError) -> bool:
    """Whether the disk or another program is the cause, not a statement."""
    return getattr(failure, "sqlite_errorcode", 0) & 0xFF in NOT_WRITABLE
