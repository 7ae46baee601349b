"""Every page of every role in a real browser: no error, no other host, and the numbers of the release."""

import csv
import importlib.util
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest

from contracts.settings import Settings, settings_from
from dashboards.navigation import PAGES
from dashboards.screenshots import FLAGS, serving, settle
from infra.chromium import find_chromium

CHROMIUM = find_chromium()
BUILDER = Path(__file__).parents[1] / "dashboards" / "synthetic.py"
THERAPIST = {"role": "therapist", "clinic": "harbour", "therapist": "t-ha-0"}
EVERY_PAGE = [(role, name) for role, pages in PAGES.items() for name, _ in pages]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(
        CHROMIUM is None, reason="!! NO CHROMIUM HERE: on Debian, apt-get install chromium !!"
    ),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home with a made-up release."""
    spec = importlib.util.spec_from_file_location("synthetic_for_browser", BUILDER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = settings_from({"MYOMAP_HOME": str(tmp_path_factory.mktemp("browser"))})
    module.build(found.home.marts)
    return found


@pytest.fixture(scope="module")
def base(settings: Settings) -> Iterator[str]:
    """The address of dashboards that serve that release."""
    with serving(settings) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """An open page and what it did behind the scenes."""

    page: Any
    elsewhere: list[str]
    failed: list[str]
    errors: list[str]


@pytest.fixture
def look_at(base: str, chromium: Any) -> Iterator[Callable[..., Seen]]:
    """Opens a page of a role; keyword arguments go into the address."""
    opened: list[Any] = []

    def open_page(name: str, role: str, **who: str) -> Seen:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
        opened.append(page)
        seen = Seen(page, [], [], [])
        page.on("request", lambda asked: _note_other_host(asked.url, base, seen.elsewhere))
        page.on("requestfailed", lambda asked: seen.failed.append(asked.url))
        page.on("pageerror", lambda wrong: seen.errors.append(str(wrong)))
        path = "" if PAGES[role][0][0] == name else name
        page.goto(f"{base}/{path}?{urlencode({'role': role} | who)}")
        settle(page)
        return seen

    yield open_page
    for page in opened:
        page.close()


def _note_other_host(url: str, base: str, elsewhere: list[str]) -> None:
    if not url.startswith((base, base.replace("http", "ws"), "data:", "blob:")):
        elsewhere.append(url)


@pytest.fixture
def truth(settings: Settings) -> Callable[[str], list[tuple[Any, ...]]]:
    """Rows straight from the released file."""
    path = settings.home.marts / (settings.home.marts / "current").read_text(encoding="utf-8")

    def ask(statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(statement).fetchall()

    return ask


def table_beside(page: Any, caption: str) -> list[dict[str, str]]:
    """The rows of the table whose caption begins like this, as the visitor reads them."""
    for summary in page.locator("[data-testid=stExpander] summary").all():
        if summary.evaluate("each => !each.parentElement.open"):
            summary.click()
    page.wait_for_timeout(500)
    found = page.locator("table.figures").filter(has=page.locator("caption", has_text=caption)).first
    found.wait_for(state="attached")
    cells: list[list[str]] = found.evaluate(
        "table => [...table.rows].map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(" %", ""))


@pytest.mark.parametrize(("role", "name"), EVERY_PAGE)
def test_every_page_opens_without_an_error_and_asks_no_other_host(
    look_at: Callable[..., Seen], role: str, name: str
) -> None:
    who = {key: value for key, value in THERAPIST.items() if key != "role"} if role == "therapist" else {}
    seen = look_at(name, role, **who)
    assert seen.page.locator("[data-testid=stException]").count() == 0
    assert seen.page.locator(".mm-head h1").inner_text() == dict(PAGES[role])[name]
    assert "Release 7 · as of 30 Jun 2026" in seen.page.locator(".mm-head").inner_text()
    assert (seen.elsewhere, seen.failed, seen.errors) == ([], [], [])


@pytest.mark.parametrize(
    ("role", "name"), [("data_engineer", "how_are_we_doing"), ("director", "my_patients")]
)
def test_another_roles_page_is_not_there(base: str, chromium: Any, role: str, name: str) -> None:
    page = chromium.new_page()
    page.goto(f"{base}/{name}?role={role}")
    page.wait_for_selector("[data-testid=stDialog], .mm-head", timeout=30_000)
    titles = [each.inner_text() for each in page.locator(".mm-head h1").all()]
    assert all(title in dict(PAGES[role]).values() for title in titles)
    page.close()


def test_the_body_map_shows_the_values_of_the_release(
    look_at: Callable[..., Seen], truth: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    seen = look_at("how_are_we_doing", "director")
    image = seen.page.locator("img[alt^='Standardised change in strength']")
    assert image.evaluate("each => each.complete && each.naturalWidth > 100")
    shown = {row["Muscle group"]: row for row in table_beside(seen.page, "Standardised change in strength")}
    real = truth(
        "SELECT muscle_group, standardised_change, n_measured FROM agg_domain WHERE condition = 'all' "
        "AND program = 'all' AND muscle_group <> 'all' AND domain = 'strength' AND horizon = 'week_12'"
    )
    assert len(shown) == len(real)
    for group, change, measured in real:
        row = shown[group[:1].upper() + group[1:].replace("_", " ")]
        if row["Measured"] == "hidden":
            assert row["Change (baseline SD)"] == "hidden"
            continue
        assert measured >= 11
        assert int(row["Measured"]) == measured
        assert number(row["Change (baseline SD)"]) == round(change, 2)
    assert "hidden" in {row["Measured"] for row in shown.values()}


def test_the_outcome_table_and_its_file_equal_the_release(
    look_at: Callable[..., Seen], truth: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    seen = look_at("how_are_we_doing", "director")
    shown = table_beside(seen.page, "Mean change is improvement")
    real = truth(
        "SELECT n_measured, mean_change FROM agg_outcomes WHERE program = 'all' AND goal = 'all' "
        "AND horizon = 'week_12' AND condition <> 'none' ORDER BY condition, muscle_group, measure"
    )
    assert len(shown) == len(real)
    for row, (measured, change) in zip(shown, real, strict=True):
        if row["Measured"] == "hidden":
            assert row["Mean change"] == "hidden"
        else:
            assert (int(row["Measured"]), number(row["Mean change"])) == (measured, round(change, 2))
    with seen.page.expect_download() as download:
        seen.page.locator("[class*=csv-outcomes] button").click()
    lines = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert [line["Measured"] or "hidden" for line in lines] == [row["Measured"] for row in shown]


def test_the_trend_is_drawn_and_its_table_equals_the_release(
    look_at: Callable[..., Seen], truth: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    seen = look_at("how_are_we_doing", "director")
    rows = table_beside(seen.page, "Change (baseline SD) by month")
    assert seen.page.locator(
        "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"
    ).count()
    real = {
        (clinic, month): (change, measured)
        for clinic, month, change, measured in truth(
            "SELECT clinic, month, standardised_change, n_measured FROM agg_clinic_month "
            "WHERE condition = 'all'"
        )
    }
    assert rows
    for row in rows:
        change, measured = real[row["Clinic"].lower(), row["Month"]]
        assert number(row["Change (baseline SD)"]) == round(change, 2)
        assert int(row["People measured"]) == measured >= 11


def test_a_patients_courses_equal_the_release(
    look_at: Callable[..., Seen], truth: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    seen = look_at("one_patient", "therapist", clinic="harbour", therapist="t-ha-0")
    ((key, label),) = truth(
        "SELECT patient_key, label FROM fct_episode JOIN fct_outcome USING (patient_key, episode_id) "
        "WHERE therapist = 't-ha-0' ORDER BY opened_at DESC, domain = 'function' DESC, label LIMIT 1"
    )
    rows = table_beside(seen.page, f"{label}: ")
    real = truth(
        f"SELECT day, value FROM fct_outcome WHERE patient_key = '{key}' AND label = '{label}' ORDER BY day"
    )
    values = [(int(row["Days since time zero"]), number(list(row.values())[1])) for row in rows]
    assert values == [(day, pytest.approx(value, abs=0.005)) for day, value in real]


def test_sources_equal_the_release(
    look_at: Callable[..., Seen], truth: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    seen = look_at("sources", "data_engineer")
    shown = table_beside(seen.page, "Received = accepted + duplicate + rejected")
    real = truth("SELECT source, sum(received), sum(rejected) FROM ops_source_day GROUP BY 1 ORDER BY 1")
    assert [(row["Source"], int(row["Received"]), int(row["Rejected"])) for row in shown] == real


def test_without_the_switch_a_visitor_sees_one_sentence(settings: Settings, chromium: Any) -> None:
    with serving(settings, development_identity=False) as address:
        page = chromium.new_page()
        page.goto(f"{address}/?role=director")
        page.get_by_text("You are not signed in").wait_for(timeout=30_000)
        assert page.locator("[data-testid=stSelectbox]").count() == 0
        page.close()
