import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.settings import Settings
from infra.leash import leashed
from infra.ports import free_ports, is_free
from infra.refusal import Refusal
from infra.services import ORDER, Service, refuse_taken_ports, services, worker

AtHome = Callable[..., Settings]


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        return


@pytest.fixture
def page() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def answering_at(ready_at: str) -> bool:
    return Service("any", ("true",), ready_at, "", Path("any.log")).is_ready()


def test_a_service_is_ready_when_its_page_says_so(page: str) -> None:
    assert answering_at(f"{page}/healthz")
    assert not answering_at(f"{page}/broken")


def test_a_service_of_several_is_ready_when_all_their_pages_say_so(page: str) -> None:
    def ready(*others: str) -> bool:
        given = Service("any", ("true",), f"{page}/healthz", "", Path("any.log"), ready_also=others)
        return given.is_ready()

    assert ready(f"{page}/healthz")
    assert not ready(f"{page}/healthz", f"{page}/broken")


def test_several_workers_are_one_service_with_a_page_each(at_home: AtHome) -> None:
    found = worker(at_home(worker_port=7000, workers=3))
    assert found.ready_at == "http://127.0.0.1:7000/readyz"
    assert found.ready_also == ("http://127.0.0.1:7001/readyz", "http://127.0.0.1:7002/readyz")
    assert worker(at_home()).ready_also == ()


@contextlib.contextmanager
def taken_behind_a_free_one() -> Iterator[int]:
    """A port that is taken, and the one before it is free."""
    with contextlib.ExitStack() as held:
        while True:
            listening = held.enter_context(socket.socket())
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            port: int = listening.getsockname()[1]
            if is_free("127.0.0.1", port - 1):
                yield port
                return


def test_a_port_that_one_of_several_workers_needs_is_looked_at(at_home: AtHome) -> None:
    (http,) = free_ports(1)
    with taken_behind_a_free_one() as taken:
        given = at_home(http_port=http, worker_port=taken - 1, workers=2)
        with pytest.raises(Refusal, match=f"Port {taken}, for the stream worker"):
            refuse_taken_ports(given, ("door", "worker"))


def test_workers_whose_ports_would_be_beyond_the_last_are_refused(at_home: AtHome) -> None:
    with pytest.raises(Refusal, match=r"2 workers need the ports from 65535 on.*MYOMAP_WORKER_PORT"):
        worker(at_home(worker_port=65535, workers=2))


def test_a_service_is_ready_when_its_port_answers(taken_port: int) -> None:
    (nobody,) = free_ports(1)
    assert answering_at(f"127.0.0.1:{taken_port}")
    assert not answering_at(f"127.0.0.1:{nobody}")
    assert not answering_at(f"http://127.0.0.1:{nobody}/healthz")


def test_a_service_without_an_address_is_ready_when_it_runs() -> None:
    assert answering_at("")


def test_everything_runs_in_the_order_in_which_it_is_needed(at_home: AtHome) -> None:
    assert tuple(each.name for each in services(at_home(), 300)) == ORDER


def test_a_broker_of_the_user_is_not_run(at_home: AtHome) -> None:
    assert "broker" not in [each.name for each in services(at_home(broker="kafka:9092"), 300)]


def test_every_service_dies_with_what_started_it(at_home: AtHome) -> None:
    leash = leashed([])
    assert all(list(each.command[: len(leash)]) == leash for each in services(at_home(), 300))


def test_everything_stays_on_this_machine_unless_told_otherwise(at_home: AtHome) -> None:
    addresses = [each.ready_at for each in services(at_home(), 300) if each.ready_at]
    assert len(addresses) == 4
    assert all("127.0.0.1" in address for address in addresses)
    dashboards = services(at_home(), 300)[-1]
    assert dashboards.command[dashboards.command.index("--server.address") + 1] == "127.0.0.1"


def test_usage_is_not_reported(at_home: AtHome) -> None:
    dashboards = services(at_home(), 300)[-1]
    assert dashboards.command[dashboards.command.index("--browser.gatherUsageStats") + 1] == "false"


@pytest.mark.parametrize("variable", ["http_port", "worker_port", "dashboard_port"])
def test_a_taken_port_is_refused_with_the_setting_that_chooses_another(
    at_home: AtHome, taken_port: int, variable: str
) -> None:
    free = dict(zip(("http_port", "worker_port", "dashboard_port"), free_ports(3), strict=True))
    refuse_taken_ports(at_home(**free))
    wanted = rf"^Port {taken_port}, for the .* in use by process .* set MYOMAP_{variable.upper()} to a free"
    with pytest.raises(Refusal, match=wanted):
        refuse_taken_ports(at_home(**free | {variable: taken_port}))


def test_only_the_ports_of_what_will_run_are_looked_at(at_home: AtHome, taken_port: int) -> None:
    http, worker = free_ports(2)
    given = at_home(http_port=http, worker_port=worker, dashboard_port=taken_port)
    refuse_taken_ports(given, ("broker", "door", "worker"))
    with pytest.raises(Refusal, match="for the dashboards"):
        refuse_taken_ports(given, ("dashboards",))
