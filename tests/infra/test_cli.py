"""What the user typed becomes settings and a verb, and a mistake becomes a sentence."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import UnknownSource
from contracts.settings import Home, SettingsError
from infra import cli
from infra.broker import BrokerError
from infra.cli import globals_first, is_known, settings_of
from infra.refusal import KNOWN_ERRORS, Refusal

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (["status"], ["status"]),
        (["status", "--home", "h"], ["--home", "h", "status"]),
        (["--broker", "b:1", "up", "--home=h"], ["--broker", "b:1", "--home=h", "up"]),
        (["marts", "sql", "--", "--home", "x"], ["marts", "sql", "--", "--home", "x"]),
        (["status", "--home"], ["--home", "status"]),
        (["simulate", "--homeless"], ["simulate", "--homeless"]),
        ([], []),
    ],
)
def test_home_and_broker_may_stand_anywhere(typed: list[str], understood: list[str]) -> None:
    assert globals_first(typed) == understood


def test_options_win_over_the_environment() -> None:
    environment = {"MYOMAP_HOME": "/a", "MYOMAP_BROKER": "one:1", "MYOMAP_PARTITIONS": "3"}
    plain = settings_of(environment, None, None)
    assert (plain.home.root, plain.kafka.bootstrap, plain.partitions) == (Path("/a"), "one:1", 3)
    other = settings_of(environment, "/b", "two:2")
    assert (other.home.root, other.kafka.bootstrap, other.own_broker) == (Path("/b"), "two:2", False)
    assert settings_of(environment, None, "local").own_broker
    assert environment["MYOMAP_BROKER"] == "one:1"


def test_errors_written_for_the_user_are_known() -> None:
    known = (Refusal("x"), BrokerError("x"), SettingsError("x"), UnknownSource("x"))
    assert all(is_known(each) for each in known)
    assert not is_known(ValueError("x"))
    assert not is_known(KeyError("x"))


@pytest.mark.parametrize("name", KNOWN_ERRORS)
def test_every_known_error_exists(name: str) -> None:
    module, _, kind = name.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), kind), Exception)


def test_a_mistake_is_one_sentence_without_a_traceback() -> None:
    environment = {"MYOMAP_PARTITIONS": "many", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", "status"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "myomap: MYOMAP_PARTITIONS is 'many'; it must be a whole number from 1 to 1000.\n"


def test_a_verb_that_does_not_exist_ends_with_two(myomap: Callable[..., Any]) -> None:
    said = myomap("stauts")
    assert said.code == 2
    assert "No such command" in said.err


@pytest.mark.parametrize("below", ["", "folder/in/it"])
def test_a_home_that_is_a_file_is_refused_in_one_sentence(
    myomap: Callable[..., Any], home: Home, below: str
) -> None:
    home.root.touch()
    said = myomap("status", "--home", str(home.root / below))
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("is a file. Name a folder with --home.\n")


def test_something_unforeseen_is_a_sentence_and_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(args: list[str]) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(cli, "app", breaks)
    monkeypatch.setattr(sys, "argv", ["myomap", "status", "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = str(ended.value)
    assert "something unforeseen happened (ZeroDivisionError: by nothing). The details are in" in said
    assert "Traceback" not in said
    (log,) = (tmp_path / "logs").iterdir()
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_where_no_log_can_be_written_the_details_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(args: list[str]) -> None:
        raise ZeroDivisionError

    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setattr(cli, "app", breaks)
    monkeypatch.setattr(sys, "argv", ["myomap", f"--home={in_the_way}"])
    with pytest.raises(SystemExit, match="could not be written"):
        cli.main()


def test_ctrl_c_ends_with_the_status_of_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(args: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130


def test_a_reader_that_went_away_is_no_complaint() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "infra.cli", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert started.stdout is not None
    started.stdout.close()
    _, said = started.communicate(timeout=60)
    assert said == b""


@pytest.mark.parametrize("which", ["ca", "cert", "key"])
def test_a_certificate_that_is_not_there_is_refused_by_its_setting(
    myomap: Callable[..., Any], tmp_path: Path, which: str
) -> None:
    said = myomap("status", **{f"kafka_{which}_file": tmp_path / "none.pem"})
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(
        f"myomap: MYOMAP_KAFKA_{which.upper()}_FILE names {tmp_path / 'none.pem'}, which"
    )


def test_a_broker_without_a_port_is_one_sentence(myomap: Callable[..., Any]) -> None:
    said = myomap("status", "--broker", "kafka")
    assert said.err.startswith("myomap: MYOMAP_BROKER is 'kafka'; it must be HOST:PORT")
