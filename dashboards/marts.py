"""The only opener of DuckDB for pages: one release, read-only and hardened, each query within a scope."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import streamlit as st

from contracts.settings import Home
from dashboards.access import Kind, Scope, parameters

HARDENED: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
PARAMETER: Final = re.compile(r"\$(\w+)")
SCOPE_NAMES: Final = frozenset({"role", "clinic", "therapist"})


class NoRelease(LookupError):
    """There is nothing to show yet; the message says how to make a release."""


@dataclass(frozen=True)
class Release:
    """One released file of marts, its name, and the time up to which it knows (UTC)."""

    path: str
    name: str
    as_of: datetime


@dataclass(frozen=True)
class Question:
    """A statement with ``$parameters``, and the kind of thing it asks for."""

    kind: Kind
    sql: str

    @property
    def names(self) -> frozenset[str]:
        """Names of its parameters."""
        return frozenset(PARAMETER.findall(self.sql))


def current(home: Home) -> Release:
    """The release that the pointer names; raises ``NoRelease`` when there is none to read."""
    pointer = home.marts / "current"
    advice = "Make one with `myomap refresh`, or play the simulated clinics with `make demo`."
    if not pointer.exists():
        raise NoRelease(f"There is no release of the marts yet. {advice}")
    path = home.marts / pointer.read_text(encoding="utf-8").strip()
    if not path.is_file():
        raise NoRelease(f"The current release, {path.name}, is not in the marts folder any more. {advice}")
    try:
        return _release(str(path))
    except duckdb.Error as failure:
        raise NoRelease(f"The current release, {path.name}, cannot be read. {advice}") from failure


def ask(release: Release, scope: Scope, question: Question, **chosen: Any) -> pa.Table:
    """Rows of one release for one scope; raises ``Denied`` before anything is read."""
    allowed = parameters(scope, question.kind)
    bound = {name: value for name, value in (allowed | chosen).items() if name in question.names}
    if SCOPE_NAMES & chosen.keys():
        raise ValueError("The scope is set by who asks and cannot be chosen.")
    return _rows(release.path, scope, question.sql, tuple(sorted(bound.items())))


def rows(release: Release, scope: Scope, question: Question, **chosen: Any) -> list[dict[str, Any]]:
    """The same as builtin values."""
    found: list[dict[str, Any]] = ask(release, scope, question, **chosen).to_pylist()
    return found


@st.cache_data(max_entries=512, show_spinner=False)
def _rows(path: str, scope: Scope, sql: str, bound: tuple[tuple[str, Any], ...]) -> pa.Table:
    """Release, scope, statement and parameters are the key; ``scope`` is here for that reason alone."""
    del scope
    return connection(path).cursor().sql(sql, params=dict(bound)).to_arrow_table()


@st.cache_resource(max_entries=4, show_spinner=False)
def connection(path: str) -> duckdb.DuckDBPyConnection:
    """A connection that can read this one file and do nothing else."""
    return duckdb.connect(path, read_only=True, config=dict(HARDENED))


@st.cache_data(max_entries=8, show_spinner=False)
def _release(path: str) -> Release:
    asked = connection(path).cursor().sql("SELECT release, as_of FROM ops_release LIMIT 1")
    found = asked.to_arrow_table().to_pylist()
    if not found:
        return Release(path, Path(path).stem, datetime.fromtimestamp(0, UTC))
    return Release(path, str(found[0]["release"]), found[0]["as_of"].astimezone(UTC))
