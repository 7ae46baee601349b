"""API keys: named ones per source, each shown once, kept as a hash, compared in constant time."""

import contextlib
import hashlib
import hmac
import secrets
from pathlib import Path

from ingest.store import connect


class KeyRing:
    """The API keys in the store of this folder; may be used beside a running door."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, source: str, name: str = "sender") -> str:
        """A new key for the source, in place of the one of this name; only its hash is kept."""
        key = secrets.token_urlsafe(32)
        with contextlib.closing(connect(self._folder)) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO named_keys (source, name, hash) VALUES (?, ?, ?)",
                (source, name, _hash(key)),
            )
        return key

    def verify(self, source: str, key: str) -> bool:
        """Whether this is a key of this source."""
        return self.owner(key) == source

    def owner(self, key: str) -> str | None:
        """The source whose key this is, or None; takes as long for a wrong key as for a right one."""
        given, found = _hash(key), None
        with contextlib.closing(connect(self._folder)) as connection:
            for source, kept in connection.execute("SELECT source, hash FROM named_keys").fetchall():
                if hmac.compare_digest(given, kept):
                    found = str(source)
        return found


def _hash(key: str) -> str:
    # A key has 256 random bits, so a slow hash would add nothing.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
