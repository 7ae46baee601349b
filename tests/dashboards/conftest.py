"""A made-up release, and pages that are run against it as a visitor would see them."""

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from contracts.settings import Home, settings_from
from dashboards import marts, panel
from dashboards.access import Scope
from dashboards.marts import Release
from dashboards.tables import csv_text
from dashboards.visit import Visit

HERE = Path(__file__).parent
APP = HERE.parents[1] / "dashboards" / "app.py"


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module that writes made-up releases."""
    spec = importlib.util.spec_from_file_location("synthetic_release", HERE / "synthetic.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def home(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home whose marts hold the made-up release."""
    found = Home(tmp_path_factory.mktemp("dashboards"))
    synthetic.build(found.marts)
    yield found
    marts.connection.clear()


@pytest.fixture
def release(home: Home) -> Release:
    """The current release of that home."""
    return marts.current(home)


@pytest.fixture
def visit(home: Home, release: Release) -> Callable[..., Visit]:
    """A visit of somebody with this role, clinic and therapist."""

    def make(*who: str) -> Visit:
        return Visit(settings_from({"MYOMAP_HOME": str(home.root)}), Scope(*who), release)

    return make


@pytest.fixture
def truth(release: Release) -> Callable[..., list[tuple[Any, ...]]]:
    """Rows straight from the released file, past everything that pages do."""

    def ask(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = (
            marts.connection(release.path).cursor().execute(statement, list(parameters)).fetchall()
        )
        return found

    return ask


@pytest.fixture
def therapist(truth: Callable[..., list[tuple[Any, ...]]]) -> tuple[str, str]:
    """A clinic and the therapist there who has most patients."""
    ((clinic, key),) = truth(
        "SELECT clinic, therapist FROM fct_track WHERE is_open GROUP BY ALL "
        "ORDER BY count(*) DESC, clinic, therapist LIMIT 1"
    )
    return clinic, key


class Shown:
    """What a visitor sees of a page that was run."""

    def __init__(self, run: AppTest, files: dict[str, str]) -> None:
        self.run = run
        self.files = files

    @property
    def html(self) -> str:
        """Everything that is written as HTML."""
        return "\n".join(each.proto.body for each in self.run.get("html"))

    @property
    def said(self) -> str:
        """Sentences outside of HTML: notes, warnings, errors."""
        kinds = ("info", "warning", "error", "success", "caption", "markdown", "subheader")
        return "\n".join(str(each.value) for kind in kinds for each in getattr(self.run, kind))


@pytest.fixture
def door() -> Iterator[Callable[[int, dict[str, Any]], tuple[int, list[dict[str, Any]]]]]:
    """Starts a door that always gives this answer; returns its port and what it is sent."""
    running: list[HTTPServer] = []

    def start(status: int, answer: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
        heard: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                heard.append({"path": self.path, "key": self.headers["x-api-key"], "body": json.loads(body)})
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                pass

        running.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, daemon=True).start()
        return running[-1].server_address[1], heard

    yield start
    for each in running:
        each.shutdown()
        each.server_close()


@pytest.fixture
def open_page(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shown]:
    """Run a view as somebody; ``at`` is another home, ``touch`` works the page's widgets before a rerun.

    ``before`` is called before the view is switched to.

    ``files`` of what is shown holds the CSV files that the page offers, by name.
    """
    files: dict[str, str] = {}
    offer = panel.download

    def download(rows: Any, columns: Any, name: str) -> None:
        files[name] = csv_text(rows, columns)
        offer(rows, columns, name)

    monkeypatch.setattr(panel, "download", download)

    def run(
        view: str,
        *who: str,
        at: Path | None = None,
        touch: Callable[[AppTest], Any] | None = None,
        before: Callable[[AppTest], Any] | None = None,
        **variables: str,
    ) -> Shown:
        monkeypatch.setenv("MYOMAP_HOME", str(at or home.root))
        monkeypatch.setenv("MYOMAP_DEVELOPMENT_IDENTITY", "1")
        for name, value in variables.items():
            monkeypatch.setenv(f"MYOMAP_{name.upper()}", value)
        page = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in zip(("role", "clinic", "therapist"), who, strict=False):
            page.query_params[name] = value
        page.run()
        files.clear()
        if before is not None:
            before(page)
        page.switch_page(f"views/{view}.py").run()
        if touch is not None:
            files.clear()
            touch(page)
            page.run()
        assert [each.value for each in page.exception] == []
        return Shown(page, files)

    return run
