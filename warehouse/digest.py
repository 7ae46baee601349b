"""A digest of everything that decides what a release looks like: code, contracts and the dbt project."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DECIDING: Final = ("contracts", "streams", "warehouse")
KINDS: Final = (".py", ".sql", ".yml", ".yaml", ".csv", ".json")
MADE_BY_RUNS: Final = ("target", "logs", "__pycache__", "dbt_packages")
PACKAGES: Final = ("duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "msgspec", "pyarrow")


def digest_of(project: Path) -> str:
    """64 hex digits over the deciding files, the dbt project and the packages' versions."""
    found = hashlib.sha256()
    for name in PACKAGES:
        found.update(f"{name}={version(name)}\n".encode())
    for folder in (*(ROOT / each for each in DECIDING), project):
        for path in _files(folder):
            found.update(str(path.relative_to(folder)).encode() + b"\0")
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in KINDS and not set(path.relative_to(folder).parts) & set(MADE_BY_RUNS):
            yield path
