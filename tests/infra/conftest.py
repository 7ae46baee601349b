"""What the tests of infra ask for: a home, a small release, a taken port, and the command line."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from contracts.settings import Home, Settings, settings_from
from contracts.topics import EVENTS
from infra import cli
from infra.workload import Record, log_of_events
from streams.batch import Fetched
from streams.opening import Log
from streams.partition import open_partition
from streams.progression.policy import rules_version

TABLES = (
    "CREATE TABLE fct_episode (patient_key VARCHAR, episode_id VARCHAR)",
    "INSERT INTO fct_episode VALUES ('p1', 'e1'), ('p1', 'e2'), ('p2', 'e3')",
    "CREATE TABLE fct_outcome AS SELECT range AS value FROM range(5)",
    "CREATE TABLE fct_transition AS SELECT range AS fact_id FROM range(7)",
)


@dataclass(frozen=True)
class Said:
    """How a call of the command line ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nothing was written to yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def at_home(home: Home) -> Callable[..., Settings]:
    """Settings of that home; keyword arguments are MYOMAP_ variables."""

    def build(**variables: object) -> Settings:
        given = {f"MYOMAP_{name.upper()}": str(value) for name, value in variables.items()}
        return settings_from({"MYOMAP_HOME": str(home.root)} | given)

    return build


@pytest.fixture
def release(home: Home) -> Path:
    """The file of a small current release in that home."""
    home.marts.mkdir(parents=True)
    path = home.marts / "7.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in TABLES:
            connection.execute(statement)
    (home.marts / "current").write_text("7.duckdb\n", encoding="utf-8")
    return path


@pytest.fixture
def stored(home: Home) -> list[Record]:
    """The events of one patient that a worker folded into the store of partition 0 of that home."""
    log = log_of_events(50)
    partition = open_partition(home.streams, Log(EVENTS, "id", 0), rules_version())
    partition.apply(Fetched(0, partition.store.epoch, 0, len(log), log))
    partition.close()
    return log


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def myomap(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Said]]:
    """Runs the command line in the home as a user would; keyword arguments are MYOMAP_ variables."""
    handled = signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, **variables: object) -> Said:
        for name, value in variables.items():
            monkeypatch.setenv(f"MYOMAP_{name.upper()}", str(value))
        monkeypatch.setattr(sys, "argv", ["myomap", *words, "--home", str(home.root)])
        try:
            cli.main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code
        written = capsys.readouterr()
        if isinstance(code, str):  # what the interpreter writes to standard error when it ends
            return Said(1, written.out, f"{written.err}{code}\n")
        return Said(int(code or 0), written.out, written.err)  # type: ignore[call-overload]

    yield run
    signal.signal(signal.SIGTERM, handled)
