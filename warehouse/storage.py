"""Where the lake's files lie: what a lake needs of a place, and the place that is a folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from warehouse.durable import TEMPORARY, Disk, put, writing

MANIFEST: Final = "manifest.json"


class Storage(Protocol):
    """A place for files with names such as ``events/p000/….parquet``, and for one manifest.

    Reading raises OSError, FileNotFoundError where there is no such file; writing raises ``LakeRefused``.
    """

    @property
    def folder(self) -> Path:
        """Where files are for readers on this host: the lake itself, or copies of what they asked for."""

    @property
    def manifest_place(self) -> str:
        """Where the manifest is, as a sentence says it."""

    def where(self, name: str) -> str:
        """Where a file is, as a sentence says it."""

    def get(self, name: str) -> bytes:
        """What a file holds."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file; no reader knows of it before a manifest names it."""

    def local(self, name: str, sha256: str) -> Path:
        """The file on this host's disk; what has to be fetched has this checksum, where it is known."""

    def names(self) -> Iterator[str]:
        """Every file there is but the manifest, torn ones and those of an interrupted landing too."""

    def remove(self, name: str) -> None:
        """Take a file away."""

    def tidy(self, named: frozenset[str]) -> None:
        """Let go of this host's copies of other files than these."""

    def manifest(self) -> bytes | None:
        """The manifest that stands; None where nothing was ever landed."""

    def swap_manifest(self, data: bytes) -> None:
        """Make this the manifest, as a whole or not at all: the commit point."""


@dataclass(frozen=True)
class LocalFolder:
    """A lake in a folder: temporary name, sync, rename, sync of the folder."""

    folder: Path
    disk: Disk = field(default_factory=Disk)

    @property
    def manifest_place(self) -> str:
        """The manifest's path."""
        return str(self.folder / MANIFEST)

    def where(self, name: str) -> str:
        """The file's path."""
        return str(self.folder / name)

    def get(self, name: str) -> bytes:
        """What a file holds."""
        return (self.folder / name).read_bytes()

    def put(self, name: str, data: bytes) -> None:
        """Write a file whose name never stands for a part of it."""
        put(self.disk, self.folder / name, data)

    def local(self, name: str, sha256: str) -> Path:
        """The file itself; it is not read here."""
        return self.folder / name

    def names(self) -> Iterator[str]:
        """Every file but the manifest."""
        for path in [*self.folder.glob("*/p*/*"), *self.folder.glob(f"*{TEMPORARY}")]:
            yield path.relative_to(self.folder).as_posix()

    def remove(self, name: str) -> None:
        """Take a file away."""
        with writing(self.folder / name):
            self.disk.remove(self.folder / name)

    def tidy(self, named: frozenset[str]) -> None:
        """A folder has no copies."""

    def manifest(self) -> bytes | None:
        """The manifest that stands."""
        try:
            return (self.folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None

    def swap_manifest(self, data: bytes) -> None:
        """Make this the manifest: the rename is the commit."""
        put(self.disk, self.folder / MANIFEST, data)


def storage_at(place: Path | Storage, disk: Disk | None = None) -> Storage:
    """A folder as a storage; a storage stays what it is."""
    return LocalFolder(place, disk or Disk()) if isinstance(place, Path) else place
