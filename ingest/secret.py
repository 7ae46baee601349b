"""The store's secret: one file of random bytes, from which every keyed mark and cipher is derived."""

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.errors import StoreError

SECRET_FILE: Final = "door.secret"  # noqa: S105 the name of a file
SIZE: Final = 32


@dataclass(frozen=True)
class Secret:
    """32 random bytes that never leave the door's folder but in a backup of it."""

    value: bytes = field(repr=False)

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose; those of another purpose tell nothing about them."""
        return hmac.digest(self.value, f"myomap door {purpose}".encode(), "sha256")

    def masked(self, text: str) -> str:
        """32 hex digits that stand for the text and tell nothing about it without the secret."""
        return hmac.digest(self.derived("origins"), text.encode("utf-8", "surrogatepass"), "sha256").hex()[
            :32
        ]

    def fingerprint(self) -> str:
        """Tells whether a store was written with this secret, and nothing else."""
        return hashlib.sha256(self.derived("fingerprint")).hexdigest()[:32]


def make_secret(folder: Path) -> Secret:
    """A fresh secret in this folder, readable by its owner only; one that is there stays."""
    path = folder / SECRET_FILE
    if not path.exists():
        draft = folder / f".{SECRET_FILE}.{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        # Of two doors that begin at once, the first one's secret stays.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return read_secret(folder)


def read_secret(folder: Path) -> Secret:
    """The secret of this folder; raises ``StoreError`` where it is missing or damaged."""
    path = folder / SECRET_FILE
    if not path.exists():
        raise StoreError(
            f"{path} is missing; without it the vault in {folder} cannot be read. "
            "Restore the folder from a backup: myomap restore FROM"
        )
    value = path.read_bytes()
    if len(value) != SIZE:
        raise StoreError(
            f"{path} is damaged (it has {len(value)} bytes, not {SIZE}). "
            "Restore the folder from a backup: myomap restore FROM"
        )
    return Secret(value)
