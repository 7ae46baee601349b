"""The services of a home under a real supervisor; what they run is small here."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
from filelock import FileLock

from contracts.settings import Home, Settings
from infra import stack as stack_module
from infra.leash import leashed
from infra.ports import free_ports
from infra.refusal import Refusal
from infra.running import Running
from infra.services import Service
from infra.stack import Stack, note_of, stack_states, stop_stack

AtHome = Callable[..., Settings]
SAYS_WHY = "import sys; sys.exit('the disk is full')"


@pytest.fixture
def settings(at_home: AtHome) -> Settings:
    free = dict(zip(("http_port", "worker_port", "dashboard_port"), free_ports(3), strict=True))
    return at_home(**free)


@pytest.fixture
def sleeper() -> Iterator[int]:
    process = subprocess.Popen(["sleep", "300"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts small programs in the place of the services."""

    def use(**commands: tuple[str, ...]) -> None:
        def services(given: Settings, _every: int) -> tuple[Service, ...]:
            return tuple(
                Service(name, tuple(leashed(list(command))), "", "here", given.home.logs / f"{name}.log")
                for name, command in commands.items()
            )

        monkeypatch.setattr(stack_module, "services", services)

    return use


def silent(_line: str) -> None:
    return


def test_services_start_in_order_and_nothing_is_left_when_it_closes(
    settings: Settings, small: Callable[..., None]
) -> None:
    small(worker=("sleep", "300"), refresher=("sleep", "300"))
    said: list[str] = []
    stack = Stack(settings, 300, said.append)
    stack.open()
    try:
        assert stack_states(settings.home) == {"worker": "STOPPED", "refresher": "STOPPED"}
        stack.start()
        assert stack_states(settings.home) == {"worker": "RUNNING", "refresher": "RUNNING"}
        assert stack.addresses() == {"worker": "here", "refresher": "here"}
        assert (note_of(settings.home).facts() or {})["refresh_every_s"] == 300
        assert [line.split()[0] for line in said] == ["worker", "refresher"]
        supervisor = note_of(settings.home).process()
        assert supervisor is not None
        family = supervisor.children(recursive=True)
        with pytest.raises(Refusal, match=r"already runs in this home\. See 'myomap status'"):
            Stack(settings, 300, silent).open()
    finally:
        stack.close()
    assert [each for each in family if each.is_running()] == []
    assert stack_states(settings.home) == {}
    assert not stop_stack(settings.home)


def test_a_service_that_ends_at_once_is_refused_with_the_end_of_its_log(
    settings: Settings, small: Callable[..., None]
) -> None:
    small(worker=(sys.executable, "-c", SAYS_WHY))
    stack = Stack(settings, 300, silent)
    stack.open()
    try:
        with pytest.raises(Refusal, match=r"(?s)^The worker ended while starting\..*the disk is full"):
            stack.start("worker")
    finally:
        stack.close()


def test_two_starts_at_once_do_not_meet(settings: Settings, home: Home) -> None:
    home.run.mkdir(parents=True)
    with (
        FileLock(home.run / "up.lock"),
        pytest.raises(Refusal, match="Another start of this home's services is under way"),
    ):
        Stack(settings, 300, silent).open()


def test_a_taken_port_is_refused_before_the_supervisor_starts(at_home: AtHome, taken_port: int) -> None:
    given = at_home(http_port=taken_port)
    with pytest.raises(Refusal, match=f"Port {taken_port}, for the HTTP door"):
        Stack(given, 300, silent).open()
    assert note_of(given.home).facts() is None


def test_a_broker_that_runs_apart_is_not_started_twice(settings: Settings, home: Home, sleeper: int) -> None:
    home.broker.mkdir(parents=True)
    Running(home.broker / "running.json").remember(sleeper, port=1)
    with pytest.raises(Refusal, match="Stop it first: myomap broker stop"):
        Stack(settings, 300, silent).open()


def test_a_supervisor_that_does_not_answer_is_ended(home: Home, sleeper: int) -> None:
    home.run.mkdir(parents=True)
    note_of(home).remember(sleeper)
    assert stack_states(home) == {}
    assert stop_stack(home)
    assert not psutil.pid_exists(sleeper) or psutil.Process(sleeper).status() == psutil.STATUS_ZOMBIE
    assert note_of(home).facts() is None


def test_stopping_where_nothing_runs_tells_so(home: Home) -> None:
    assert not stop_stack(home)


def test_what_is_not_named_is_left_out_and_its_port_may_be_taken(
    at_home: AtHome, small: Callable[..., None], taken_port: int
) -> None:
    small(worker=("sleep", "300"), dashboards=("sleep", "300"))
    http, worker = free_ports(2)
    given = at_home(http_port=http, worker_port=worker, dashboard_port=taken_port)
    stack = Stack(given, 300, silent, names=("worker",))
    stack.open()
    try:
        assert stack_states(given.home) == {"worker": "STOPPED"}
    finally:
        stack.close()
