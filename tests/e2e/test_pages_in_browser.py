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
from dashboards import questions
from dashboards.marts import Question
from dashboards.navigation import PAGES
from dashboards.words import HORIZONS, label, unit
from infra.chromium import find_chromium
from infra.screenshots import FLAGS, serving, settle
from warehouse.effects.compare import compare
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import Comparison

CHROMIUM = find_chromium()
BUILDER = Path(__file__).parents[1] / "dashboards" / "synthetic.py"
EVERY_PAGE = [(role, name) for role, pages in PAGES.items() for name, _ in pages]
THIN = ("Limited joint mobility", "Rotator cuff")

Ask = Callable[..., list[tuple[Any, ...]]]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(
        CHROMIUM is None, reason="!! NO CHROMIUM HERE: on Debian, apt-get install chromium !!"
    ),
]


@pytest.fixture(scope="module", params=["made-up release", "demo"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home with a made-up release, then of the home of a whole demo."""
    if request.param == "demo":
        return settings_from({"MYOMAP_HOME": str(request.getfixturevalue("demo").installation.home.root)})
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
def truth(settings: Settings) -> Ask:
    """Rows straight from the released file."""
    path = settings.home.marts / (settings.home.marts / "current").read_text(encoding="utf-8").strip()

    def ask(statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(statement, parameters).fetchall()

    return ask


@pytest.fixture
def cohort(settings: Settings) -> Callable[..., list[dict[str, Any]]]:
    """What the pages ask of groups, answered by the released file itself."""
    path = settings.home.marts / (settings.home.marts / "current").read_text(encoding="utf-8").strip()

    def ask(question: Question, **chosen: Any) -> list[dict[str, Any]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.sql(question.sql, params={"clinic": None} | chosen).to_arrow_table()
            rows: list[dict[str, Any]] = found.to_pylist()
            return rows

    return ask


@pytest.fixture
def therapist(truth: Ask) -> dict[str, str]:
    """A therapist whose newest patient has been measured most."""
    ((clinic, key),) = truth(
        "SELECT clinic, therapist FROM (SELECT * FROM fct_episode WHERE therapist IS NOT NULL QUALIFY "
        "row_number() OVER (PARTITION BY clinic, therapist ORDER BY opened_at DESC) = 1) "
        "JOIN fct_outcome USING (patient_key, episode_id) WHERE time_zero IS NOT NULL "
        "GROUP BY ALL ORDER BY count(*) DESC, clinic, therapist LIMIT 1"
    )
    return {"clinic": clinic, "therapist": key}


def table_beside(page: Any, caption: str) -> list[dict[str, str]]:
    """The rows of the first table whose caption has these words, as the visitor reads them."""
    return tables_beside(page, caption)[0]


def tables_beside(page: Any, caption: str) -> list[list[dict[str, str]]]:
    """The rows of every table whose caption has these words."""
    for summary in page.locator("[data-testid=stExpander] summary").all():
        if summary.evaluate("each => !each.parentElement.open"):
            summary.click()
    page.wait_for_timeout(500)
    found = page.locator("table.figures").filter(has=page.locator("caption", has_text=caption))
    found.first.wait_for(state="attached")
    # Text of a part that is still unfolding cannot be read yet.
    page.wait_for_function(
        "table => [...table.rows[0].cells].some(cell => cell.innerText.trim() !== '')",
        arg=found.first.element_handle(),
    )
    tables: list[list[list[str]]] = found.evaluate_all(
        "all => all.map(table => [...table.rows].map(row => [...row.cells].map(c => c.innerText.trim())))"
    )
    return [[dict(zip(cells[0], row, strict=True)) for row in cells[1:]] for cells in tables]


def compared(page: Any, cohort: Callable[..., list[dict[str, Any]]], truth: Ask) -> Comparison:
    """The comparison of what is chosen on the page, made anew from the released rows."""
    boxes = page.get_by_test_id("stMain").get_by_test_id("stSelectbox").all()
    chosen = {box.locator("label").inner_text().strip(): box.locator("input").input_value() for box in boxes}
    about = next(
        row
        for row in cohort(questions.CHOICES)
        if label(row["condition"]) == chosen["Condition"]
        and label(row["muscle_group"]) == chosen["Muscle group"]
        and f"{row['label']} ({unit(row['unit'])})" == chosen["Measure"]
    )
    programs = {label(name): name for (name,) in truth("SELECT DISTINCT program FROM fct_follow_up")}
    names = ("condition", "muscle_group", "measure", "label", "unit", "direction")
    protocol = Protocol(
        **{name: about[name] for name in names},
        first=programs[chosen["First program"]],
        second=programs[chosen["Second program"]],
        horizon={words: name for name, words in HORIZONS.items()}[chosen["Follow-up"]],
    )
    asked = ("condition", "muscle_group", "measure", "horizon", "first", "second")
    rows = cohort(questions.COHORT, **{name: getattr(protocol, name) for name in asked})
    ((as_of,),) = truth("SELECT as_of FROM ops_release")
    return compare(rows, protocol, as_of=as_of)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(" %", ""))


@pytest.mark.parametrize(("role", "name"), EVERY_PAGE)
def test_every_page_opens_without_an_error_and_asks_no_other_host(
    look_at: Callable[..., Seen], truth: Ask, therapist: dict[str, str], role: str, name: str
) -> None:
    seen = look_at(name, role, **(therapist if role == "therapist" else {}))
    assert seen.page.locator("[data-testid=stException]").count() == 0
    assert seen.page.locator(".mm-head h1").inner_text() == dict(PAGES[role])[name]
    ((release, as_of),) = truth("SELECT release, (as_of AT TIME ZONE 'UTC') FROM ops_release")
    head = seen.page.locator(".mm-head").inner_text()
    assert f"Release {release} · as of {as_of:%-d %b %Y, %H:%M} UTC" in head
    assert (seen.elsewhere, seen.failed, seen.errors) == ([], [], [])


@pytest.mark.parametrize("name", [name for role, name in EVERY_PAGE if role == "director"])
def test_a_director_of_one_clinic_sees_every_page_of_it(look_at: Callable[..., Seen], name: str) -> None:
    seen = look_at(name, "director", clinic="harbour")
    assert seen.page.locator("[data-testid=stException]").count() == 0
    assert "Harbour" in seen.page.locator(".mm-head").inner_text()
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


def test_the_body_map_shows_the_values_of_the_release(look_at: Callable[..., Seen], truth: Ask) -> None:
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


def test_the_outcome_table_and_its_file_equal_the_release(look_at: Callable[..., Seen], truth: Ask) -> None:
    seen = look_at("how_are_we_doing", "director")
    shown = table_beside(seen.page, "Mean change is improvement")
    real = truth(
        "SELECT n_measured, mean_change FROM agg_outcomes WHERE program = 'all' AND goal = 'all' "
        "AND month = 'all' AND horizon = 'week_12' AND condition <> 'none' "
        "ORDER BY condition, muscle_group, measure, method, device_class"
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
    look_at: Callable[..., Seen], truth: Ask
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
            "WHERE condition = 'all' AND clinic <> 'all' AND month <> 'all'"
        )
    }
    assert rows
    for row in rows:
        change, measured = real[row["Clinic"].lower(), row["Month"]]
        assert number(row["Change (baseline SD)"]) == round(change, 2)
        assert int(row["People measured"]) == measured >= 11


def test_a_patients_courses_equal_the_release(
    look_at: Callable[..., Seen], truth: Ask, therapist: dict[str, str]
) -> None:
    seen = look_at("one_patient", "therapist", **therapist)
    real = truth(
        "SELECT day, value FROM fct_outcome SEMI JOIN (SELECT patient_key, episode_id FROM fct_episode "
        "WHERE therapist = ? ORDER BY opened_at DESC LIMIT 1) USING (patient_key, episode_id) ORDER BY ALL",
        [therapist["therapist"]],
    )
    tables = tables_beside(seen.page, "is better.")
    values = [
        (int(row["Days since time zero"]), number(list(row.values())[1])) for rows in tables for row in rows
    ]
    assert real
    assert sorted(values) == [(day, pytest.approx(value, abs=0.00501)) for day, value in real]


@pytest.mark.parametrize(
    ("role", "name"), [("director", "which_tailoring_helps"), ("therapist", "compare_before_tailoring")]
)
def test_a_comparison_equals_the_one_made_of_the_same_rows(
    look_at: Callable[..., Seen], cohort: Any, truth: Ask, therapist: dict[str, str], role: str, name: str
) -> None:
    seen = look_at(name, role, **(therapist if role == "therapist" else {}))
    result = compared(seen.page, cohort, truth)
    assert seen.page.locator(f".verdict.{result.verdict}").count() == 1
    assert result.adjusted is not None
    shown = {row["Estimate"]: list(row.values())[1:] for row in table_beside(seen.page, " minus ")}
    for words, one in (("Adjusted for case-mix", result.adjusted), ("Crude, not adjusted", result.crude)):
        assert [number(each) for each in shown[words]] == [
            pytest.approx(each, abs=0.00501) for each in (one.estimate, one.low, one.high)
        ]


def test_the_thin_cell_is_refused_on_the_page(look_at: Callable[..., Seen], cohort: Any, truth: Ask) -> None:
    seen = look_at("which_tailoring_helps", "director")
    for title, word in zip(("Condition", "Muscle group"), THIN, strict=True):
        field = seen.page.get_by_test_id("stSelectbox").filter(has_text=title).locator("input")
        field.fill(word)
        field.press("Enter")
        seen.page.wait_for_timeout(300)
        settle(seen.page)
    result = compared(seen.page, cohort, truth)
    assert (result.protocol.condition, result.protocol.muscle_group) == (
        "limited_joint_mobility",
        "rotator_cuff",
    )
    assert result.verdict == "refusal"
    assert seen.page.locator(".verdict.refusal").count() == 1
    assert seen.page.locator("table.figures caption", has_text=" minus ").count() == 0


def test_sources_equal_the_release(look_at: Callable[..., Seen], truth: Ask) -> None:
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
