"""A lake in an object store that pyarrow's file systems reach: final names, and numbered manifests.

No store is asked for a rename, a sync or a conditional put. A manifest has a number and the hash of what it
holds in its name: the whole one with the largest number stands, so a torn one never does.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from warehouse.durable import TEMPORARY, writing
from warehouse.refused import LakeRefused

MANIFESTS: Final = "manifests"
KEPT: Final = 2
"""Manifests that stay: the one that stands and the one before it, for who has just listed them."""
ATTEMPTS: Final = 5
"""So often a reader looks anew when a manifest that it saw was replaced before it could read it."""
FLAT: Final = ("s3", "gcs")
"""File systems without folders: names are all there is."""

_NAME: Final = re.compile(r"^(\d{12})-([0-9a-f]{32})\.json$")


@dataclass
class ObjectStore:
    """A prefix of an object store; ``folder`` is where this host keeps copies for its readers."""

    system: Any
    prefix: str
    folder: Path
    shown: str
    _known: int = 0
    _checked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def manifest_place(self) -> str:
        """The prefix of the manifests."""
        return self.where(MANIFESTS)

    def where(self, name: str) -> str:
        """The file's address, without secrets."""
        return f"{self.shown}/{name}"

    def get(self, name: str) -> bytes:
        """What an object holds; raises OSError."""
        with self.system.open_input_file(self._path(name)) as stream:
            return bytes(stream.readall())

    def put(self, name: str, data: bytes) -> None:
        """Write an object under its final name."""
        with writing(self.where(name)):
            if self.system.type_name not in FLAT:
                self.system.create_dir(str(PurePosixPath(self._path(name)).parent), recursive=True)
            with self.system.open_output_stream(self._path(name)) as stream:
                stream.write(data)

    def local(self, name: str, sha256: str) -> Path:
        """This host's copy, fetched where there is none or another; checked once by each process."""
        path = self.folder / name
        if (name, sha256) in self._checked and path.exists():
            return path
        if not (path.exists() and sha256 == hashlib.sha256(path.read_bytes()).hexdigest()):
            self._fetch(name, sha256, path)
        self._checked.add((name, sha256))
        return path

    def names(self) -> Iterator[str]:
        """Every object but the manifests."""
        for name in self._listed(""):
            if not name.startswith(f"{MANIFESTS}/"):
                yield name

    def remove(self, name: str) -> None:
        """Take an object away, and this host's copy of it."""
        with writing(self.where(name)):
            (self.folder / name).unlink(missing_ok=True)
            self._delete(name)

    def tidy(self, named: frozenset[str]) -> None:
        """Remove copies of objects that the lake no longer names."""
        for path in self.folder.glob("*/p*/*"):
            if path.relative_to(self.folder).as_posix() not in named:
                path.unlink(missing_ok=True)

    def manifest(self) -> bytes | None:
        """The whole manifest with the largest number; raises OSError."""
        for _ in range(ATTEMPTS):
            numbered = self._manifests()
            for number, digest, name in reversed(numbered):
                found = self._whole(digest, name)
                if found is not None:
                    self._known = number
                    return found
            if numbered == self._manifests():
                if len(numbered) > 1:
                    raise OSError("none of its manifests is whole")
                return None  # there is none, or the very first one is torn
        raise OSError("its manifests are replaced faster than they can be read")

    def swap_manifest(self, data: bytes) -> None:
        """Put the next manifest; refused, and taken back, where another landing put one meanwhile."""
        with writing(self.manifest_place):
            standing = self._manifests()
            self._refuse([each for each in standing if each[0] > self._known and self._whole(*each[1:])])
            number = max([self._known, *(each[0] for each in standing)]) + 1
            name = f"{MANIFESTS}/{number:012d}-{_hash(data)}.json"
            self.put(name, data)
            standing = self._manifests()
            others = [each for each in standing if each[0] >= number and each[2] != name]
            if others:
                self._delete(name)
            self._refuse(others)
            self._known = number
            for _, _, old in standing[:-KEPT]:
                self._delete(old)

    def _refuse(self, others: list[tuple[int, str, str]]) -> None:
        if others:
            raise LakeRefused(
                f"Another landing writes to the lake {self.shown} at the same time; nothing of this one "
                "stands. Let one home land there, then run: myomap refresh"
            )

    def _manifests(self) -> list[tuple[int, str, str]]:
        """Number, hash and name, by number."""
        found = []
        for name in self._listed(MANIFESTS):
            matched = _NAME.match(PurePosixPath(name).name)
            if matched:
                found.append((int(matched[1]), matched[2], name))
        return sorted(found)

    def _whole(self, digest: str, name: str) -> bytes | None:
        """What a manifest holds; None where it is torn, or gone."""
        try:
            data = self.get(name)
        except FileNotFoundError:
            return None
        return data if _hash(data) == digest else None

    def _fetch(self, name: str, sha256: str, path: Path) -> None:
        data = self.get(name)
        if sha256 and hashlib.sha256(data).hexdigest() != sha256:
            raise OSError("its checksum is not that of the manifest")
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(path.name + f".{os.getpid()}{TEMPORARY}")
            unfinished.write_bytes(data)
            unfinished.replace(path)

    def _listed(self, below: str) -> Iterator[str]:
        start = f"{self.prefix}/{below}" if below else self.prefix
        found = self.system.get_file_info(fs.FileSelector(start, allow_not_found=True, recursive=True))
        for each in found:
            if each.type == fs.FileType.File:
                yield each.path[len(self.prefix) + 1 :]

    def _delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.system.delete_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self.prefix}/{name}"


def object_store(uri: str, folder: Path) -> ObjectStore:
    """The store at an address such as ``s3://bucket/prefix``; raises ``LakeRefused``."""
    shown = _without_secrets(uri)
    try:
        system, prefix = fs.FileSystem.from_uri(uri)
    except (OSError, ValueError, pa.ArrowException) as problem:
        raise LakeRefused(
            f"MYOMAP_LAKE is {shown!r}, which cannot be used ({type(problem).__name__}). Give a folder, or "
            "an address such as s3://bucket/prefix of a store that pyarrow reaches."
        ) from problem
    return ObjectStore(system, prefix.rstrip("/"), folder, shown)


def _without_secrets(uri: str) -> str:
    """The address without a login and without options."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
