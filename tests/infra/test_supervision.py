"""What supervisord is told, read back the way it reads it."""

import configparser
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import Home
from infra.services import Service
from infra.supervision import (
    ENDED,
    LONGEST_SOCKET_PATH,
    Supervisor,
    configuration,
    socket_path,
    write_configuration,
)


def service(name: str, home: Home, *command: str, **environment: str) -> Service:
    log = home.logs / f"{name}.log"
    return Service(name, command or ("sleep", "1"), "", "", log, environment)


def parsed(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None)
    found.read_string(text)
    return found


def test_services_start_when_told_in_order_and_stop_in_reverse(home: Home) -> None:
    three = [service(name, home) for name in ("broker", "door", "worker")]
    found = parsed(configuration(home, three, socket_path(home)))
    programs = [found[f"program:{each.name}"] for each in three]
    assert [each["autostart"] for each in programs] == ["false"] * 3
    priorities = [int(each["priority"]) for each in programs]
    assert priorities == sorted(priorities)
    assert len(set(priorities)) == 3


def test_a_command_with_blanks_and_percent_signs_reaches_its_program(home: Home) -> None:
    words = (sys.executable, "-c", "print('100 %')", "a b")
    found = parsed(configuration(home, [service("door", home, *words)], socket_path(home)))
    command = found["program:door"]["command"] % {}
    assert tuple(shlex.split(command)) == words


def test_a_service_gets_its_environment(home: Home) -> None:
    found = parsed(configuration(home, [service("broker", home, MYOMAP_BROKER="")], socket_path(home)))
    assert found["program:broker"]["environment"] == 'MYOMAP_BROKER=""'
    assert (
        "environment"
        not in parsed(configuration(home, [service("door", home)], socket_path(home)))["program:door"]
    )


def test_only_this_user_may_give_orders(home: Home) -> None:
    path = write_configuration(home, [service("door", home)])
    assert path.stat().st_mode & 0o777 == 0o600
    assert home.run.stat().st_mode & 0o777 == 0o700
    assert parsed(path.read_text())["unix_http_server"]["chmod"] == "0700"


def test_a_home_with_a_long_name_gets_a_short_socket_of_its_own(tmp_path: Path) -> None:
    long, other = Home(tmp_path / ("x" * 120)), Home(tmp_path / ("y" * 120))
    assert len(str(socket_path(long))) <= LONGEST_SOCKET_PATH
    assert socket_path(long).is_relative_to(tempfile.gettempdir())
    assert socket_path(long) != socket_path(other)
    write_configuration(long, [])
    assert [each.stat().st_mode & 0o777 for each in (socket_path(long).parent, long.run)] == [0o700] * 2
    socket_path(long).parent.rmdir()


def test_a_home_with_a_short_name_keeps_its_socket_inside() -> None:
    home = Home(Path("/srv/myomap"))
    assert socket_path(home) == home.run / "supervisor.sock"


def test_a_supervisor_that_does_not_run_is_not_up_however_often_one_asks(home: Home) -> None:
    supervisor = Supervisor(home)
    assert [supervisor.is_up() for _ in range(3)] == [False] * 3
    with pytest.raises(OSError, match="No such file"):
        supervisor.states()


def test_a_real_supervisor_runs_what_it_is_told(home: Home) -> None:
    path = write_configuration(
        home, [service("door", home, "sleep", "300"), service("worker", home, "false")]
    )
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        supervisor = Supervisor(home)
        wait_until(supervisor.is_up)
        assert supervisor.states() == {"door": "STOPPED", "worker": "STOPPED"}
        supervisor.start("door")
        supervisor.start("worker")
        wait_until(lambda: supervisor.state("door") == "RUNNING")
        wait_until(lambda: supervisor.state("worker") in ENDED)
        supervisor.shut_down()
        assert process.wait(120) == 0
        assert not supervisor.is_up()
    finally:
        process.terminate()
        process.wait(120)


def wait_until(fulfilled: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not fulfilled():
        assert time.monotonic() < until, "it did not come about within two minutes"
        time.sleep(0.05)
