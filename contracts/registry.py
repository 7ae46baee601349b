"""The contracts of all sources: the only reader of ``contracts/sources``, whose paths are the registry.

``sources/<source>/v<N>.odcs.yaml`` is version N of a source's contract. There is no list of sources
anywhere: a folder that is there is a source.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from contracts import metaschema
from contracts.contract import Contract
from contracts.declaration import contract_from
from contracts.soundness import complaints

SOURCE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
CONTRACT_NAME: Final = re.compile(r"v([1-9][0-9]{0,3})\.odcs\.yaml")


class RegistryError(Exception):
    """A contract that cannot be used; the message names the file, the place in it and what to do."""


class UnknownSource(RegistryError):
    """Nobody declared that source, or that version of it; the message lists those that there are."""


class Registry:
    """All contracts by source and version."""

    def __init__(self, contracts: Mapping[tuple[str, int], Contract]) -> None:
        self._contracts = dict(contracts)

    def sources(self) -> tuple[str, ...]:
        """Names of the sources, sorted."""
        return tuple(sorted({source for source, _ in self._contracts}))

    def versions(self, source: str) -> tuple[int, ...]:
        """Versions of a source's contract, lowest first; raises ``UnknownSource``."""
        found = tuple(sorted(version for name, version in self._contracts if name == source))
        if not found:
            known = ", ".join(self.sources()) or "none"
            raise UnknownSource(f"There is no source {source!r}; the sources are: {known}.")
        return found

    def contract(self, source: str, version: int | None = None) -> Contract:
        """That version of a source's contract, the latest by default; raises ``UnknownSource``."""
        versions = self.versions(source)
        wanted = versions[-1] if version is None else version
        if wanted not in versions:
            known = ", ".join(str(each) for each in versions)
            raise UnknownSource(f"Source {source!r} has no version {wanted}; it has: {known}.")
        return self._contracts[source, wanted]

    def latest(self) -> tuple[Contract, ...]:
        """The latest contract of every source."""
        return tuple(self.contract(source) for source in self.sources())


def load(root: Path | Traversable | None = None) -> Registry:
    """The registry below ``root``, by default the package's own; raises ``RegistryError``."""
    return _own() if root is None else _read(root)


@cache
def _own() -> Registry:
    return _read(files("contracts").joinpath("sources"))


def _read(root: Path | Traversable) -> Registry:
    if not root.is_dir():
        raise RegistryError(f"There is no folder {root} to read sources from.")
    found = {}
    for folder in sorted(root.iterdir(), key=lambda each: each.name):
        if not folder.is_dir() or folder.name.startswith((".", "__")):
            continue
        if not SOURCE_NAME.fullmatch(folder.name):
            raise RegistryError(
                f"{folder}: a source's folder is named in lower case, digits and _ (at most 50); rename it."
            )
        found.update({(each.source, each.version): each for each in _contracts_in(folder)})
    return Registry(found)


def _contracts_in(folder: Traversable) -> Iterator[Contract]:
    versions = 0
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        named = CONTRACT_NAME.fullmatch(file.name)
        if named:
            versions += 1
            yield _contract(file, folder.name, int(named.group(1)))
        elif file.name.endswith((".yaml", ".yml")):
            raise RegistryError(f"{file}: a contract is named v<N>.odcs.yaml, for example v1.odcs.yaml.")
    if not versions:
        raise RegistryError(f"{folder}: there is no contract in it; add v1.odcs.yaml or remove the folder.")


def _contract(file: Traversable, source: str, version: int) -> Contract:
    document = _document(file)
    _refuse(file, metaschema.complaints(document, _metaschema()))
    said = str(document["version"]).partition(".")[0]
    if int(said) != version:
        _refuse(
            file, [f"version: it says {document['version']}, but the file is v{version}; make them agree."]
        )
    contract = contract_from(document, source, version)
    _refuse(file, complaints(contract))
    return contract


def _refuse(file: Traversable, complaints: list[str]) -> None:
    if complaints:
        raise RegistryError("\n".join(f"{file}: {each}" for each in complaints))


@cache
def _metaschema() -> dict[str, Any]:
    text = files("contracts").joinpath("odcs.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def _document(file: Traversable) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise RegistryError(f"{file}: it is not YAML: {' '.join(str(broken).split())}.") from None


class _Loader(yaml.SafeLoader):
    """YAML without dates made of text and without silent repetition of keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping; refuses a key that is there twice."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for position, key in enumerate(keys) if key in keys[:position]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice!r} is there twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
