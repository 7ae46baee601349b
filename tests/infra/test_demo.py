"""What of the demo can be seen without playing it; tests/e2e plays it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Settings
from infra import demo
from infra.demo import run, sent, wait_for_worker, write_clinics
from infra.demo_summary import Figures, Summary
from infra.lag import Lag
from infra.ports import free_ports
from infra.refusal import Refusal

AtHome = Callable[..., Settings]


def behind(*lags: Lag) -> Callable[[Settings], Lag]:
    """A log and a worker that are as far apart as said, one after the other; the last stays."""
    waiting: Iterator[Lag] = iter(lags)
    last = [lags[-1]]

    def look(_settings: Settings) -> Lag:
        return next(waiting, last[0])

    return look


def test_the_clinics_say_how_many_records_they_sent(tmp_path: Path) -> None:
    manifest = write_clinics(tmp_path, seed=1, small=True)
    counted = sent(manifest)
    assert counted.keys() == manifest.expected.keys()
    assert sum(counted.values()) == sum(each.records for each in manifest.files) + manifest.live_records


def test_the_worker_is_waited_for_until_nothing_is_left(
    at_home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "lag", behind(Lag(8, 0, 10), Lag(0, 3, 10), Lag(0, 0, 10)))
    heard: list[tuple[int, int]] = []
    rest = wait_for_worker(at_home(), lambda done, total: heard.append((done, total)))
    assert rest == Lag(0, 0, 10)
    assert heard == [(2, 10), (10, 10)]


def test_a_worker_that_stands_still_is_given_up_with_where_to_read(
    at_home: AtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "lag", behind(Lag(8, 1, 10)))
    monkeypatch.setattr(demo, "STANDSTILL_S", 0.0)
    with pytest.raises(Refusal, match=r"8 events to read and 1 messages to publish\. Read .*worker\.log"):
        wait_for_worker(at_home(), lambda _done, _total: None)


def test_a_door_that_refuses_the_records_is_one_sentence(at_home: AtHome, refusing_door: int) -> None:
    with pytest.raises(Refusal, match=r"^The HTTP door answered 403 to records of home_app: no such key$"):
        demo._post(at_home(http_port=refusing_door), "home_app", "key", [{"a": 1}])


def test_a_taken_port_ends_the_demo_before_it_begins(at_home: AtHome, taken_port: int) -> None:
    http, dashboard = free_ports(2)
    given = at_home(http_port=http, dashboard_port=dashboard, worker_port=taken_port)
    with pytest.raises(Refusal, match=f"Port {taken_port}"):
        run(given, leave=True, small=True, seed=1, as_json=True)
    assert not given.home.demo.exists()


@pytest.fixture
def refusing_door() -> Iterator[int]:
    import http.server
    import threading

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403)
            self.end_headers()
            self.wfile.write(b"no such key")

        def log_message(self, *_words: Any) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("leave", "started"), [(True, []), (False, ["refresher", "dashboards"])])
def test_a_demo_that_serves_keeps_the_marts_fresh(
    at_home: AtHome, monkeypatch: pytest.MonkeyPatch, leave: bool, started: list[str]
) -> None:
    seen: dict[str, list[str]] = {"named": [], "started": []}

    class FakeStack:
        def __init__(self, settings: Settings, names: tuple[str, ...], **_others: Any) -> None:
            self.settings = settings
            seen["named"] = list(names)

        def open(self) -> None:
            return

        def start(self, *names: str) -> None:
            seen["started"] += names

        wait = close = open

    monkeypatch.setattr(demo, "Stack", FakeStack)
    monkeypatch.setattr(demo, "_play", lambda *_given: Summary((), 0, None, Figures("7", 1, 1, 1, 1), 1.0))
    run(at_home(), leave=leave, small=True, seed=1, as_json=True)
    assert seen["started"] == started
    assert seen["named"] == ["broker", "door", "worker", *started]
