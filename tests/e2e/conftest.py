"""What the end-to-end tests share: the command line as a user types it, a whole demo, a running stack."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Home
from infra.ports import free_ports

SHARED = Path(__file__).parents[3] / "shared"


@dataclass(frozen=True)
class Installation:
    """A home with ports of its own, and ``myomap`` on it."""

    home: Home
    environment: dict[str, str]

    @property
    def door(self) -> str:
        """Address of the HTTP door."""
        return f"http://127.0.0.1:{self.environment['MYOMAP_HTTP_PORT']}"

    @property
    def pages(self) -> str:
        """Address of the dashboards."""
        return f"http://127.0.0.1:{self.environment['MYOMAP_DASHBOARD_PORT']}"

    def run(self, *words: str, seconds: float = 400) -> subprocess.CompletedProcess[str]:
        """Run one verb as a user would."""
        return subprocess.run(
            [sys.executable, "-m", "infra.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def json(self, *words: str, seconds: float = 400) -> Any:
        """Run one verb that must succeed, and what it reports."""
        done = self.run(*words, "--json", seconds=seconds)
        assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return json.loads(done.stdout)

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Rows of the current release."""
        rows: list[dict[str, Any]] = self.json("marts", "sql", statement)
        return rows

    def processes(self) -> list[str]:
        """Command lines of everything that runs on this home."""
        listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
        return [line for line in listed.stdout.splitlines() if str(self.home.root) in line]


def install(folder: Path) -> Installation:
    """An empty home below ``folder``, with free ports."""
    http, pages, worker = (str(port) for port in free_ports(3))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MYOMAP_")}
    return Installation(
        Home(folder / "home"),
        inherited
        | {
            "MYOMAP_HOME": str(folder / "home"),
            "MYOMAP_HTTP_PORT": http,
            "MYOMAP_DASHBOARD_PORT": pages,
            "MYOMAP_WORKER_PORT": worker,
            "MYOMAP_DEVELOPMENT_IDENTITY": "1",
            "COLUMNS": "160",
        },
    )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An empty installation; whatever runs on it at the end is stopped."""
    made = install(tmp_path)
    yield made
    made.run("down")
    made.run("broker", "stop")


@dataclass(frozen=True)
class Played:
    """A demo that was played to its end, and what it said."""

    installation: Installation
    summary: dict[str, Any]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The whole demo, played once for all tests; nothing runs any more when it is handed over."""
    made = install(tmp_path_factory.mktemp("demo"))
    return Played(made, made.json("demo", "--exit", seconds=900))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on which everything runs, as after ``myomap up``."""
    made = install(tmp_path_factory.mktemp("stack"))
    started = made.run("up", "--detach", "--refresh-every", "3600")
    assert started.returncode == 0, started.stdout + started.stderr
    yield made
    ended = made.run("down")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert made.processes() == [], "something was left running"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The path of a file of real measurements, kept beside the project; skips loudly without it."""

    def find(name: str) -> Path:
        path = SHARED / "data" / name
        if not path.is_file():
            print(f"\n!! {path.name} IS NOT BESIDE THE PROJECT: ITS TESTS ARE PASSED OVER")
            pytest.skip(f"{path.name} is not beside the project (shared/data)")
        return path

    return find


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a file that a test may change."""
    return lambda path: Path(shutil.copy(path, tmp_path / path.name))
