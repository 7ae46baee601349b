"""What the tests of infra ask for: a home, a small release, a taken port, and the command line."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class Person:
    """One person's follow-up in the figures of a small release."""

    key: str
    time_zero: datetime
    improvement: float | None
    muscle_group: str = "quadriceps"
    horizon: str = "week_12"


@pytest.fixture
def figures_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of marts with the figures of these people, as of a day."""

    def make(people: Sequence[Person], as_of: datetime, release: str = "1", registry: int = 1) -> Path:
        path = tmp_path / f"candidate-{release}.duckdb"
        rows = [
            (each.key, each.time_zero, each.improvement, each.muscle_group, each.horizon) for each in people
        ]
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "CREATE TABLE told (patient_key VARCHAR, time_zero TIMESTAMPTZ, improvement DOUBLE,"
                " muscle_group VARCHAR, horizon VARCHAR)"
            )
            connection.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?)", rows)
            for statement in FIGURES.split(";"):
                connection.execute(statement)
            connection.execute(
                "CREATE TABLE ops_release AS SELECT ? AS release, ?::TIMESTAMPTZ AS built_at,"
                " ?::TIMESTAMPTZ AS as_of, 'rules' AS rules_version, ? AS registry_version,"
                " ? AS offsets, ?::BIGINT AS events,"
                " ?::BIGINT AS patients",
                [release, as_of, as_of, registry, f'{{"events":{release}}}', len(people) * 10, len(people)],
            )
        return path

    return make


FIGURES = """
CREATE TABLE fct_follow_up AS SELECT *, 'post_surgical' AS condition, 'knee_extension' AS measure,
    'dynamometer' AS method, 'handheld' AS device_class, 10.0 AS baseline,
    CASE WHEN improvement > 5 THEN 'improved' WHEN improvement IS NOT NULL THEN 'unchanged' END AS class,
    improvement IS NOT NULL AS could_improve FROM told;
CREATE TABLE dim_cell AS SELECT DISTINCT condition, muscle_group, measure, method, device_class, horizon,
    'Knee extension' AS label, 'strength' AS domain, 'N' AS unit FROM fct_follow_up;
CREATE TABLE agg_outcomes AS SELECT condition, muscle_group, measure, method, device_class, horizon,
    'all' AS goal, 'all' AS program, 'all' AS month, any_value(label) AS label, any_value(domain) AS domain,
    any_value(unit) AS unit, count(*) AS n_started, count(baseline) AS n_baseline,
    count(improvement) AS n_measured, avg(improvement) AS mean_change, stddev_samp(improvement) AS sd_change,
    NULL::DOUBLE AS ci_low, NULL::DOUBLE AS ci_high, count(*) FILTER (class = 'improved') AS n_improved,
    0 AS n_probable, 0 AS n_detectable, count(*) FILTER (class = 'unchanged') AS n_unchanged,
    0 AS n_deteriorated
    FROM fct_follow_up JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon)
    GROUP BY ALL;
CREATE TABLE agg_domain AS SELECT 'all' AS condition, 'all' AS muscle_group, 'all' AS program, horizon,
    'strength' AS domain, count(*) AS n_people, count(improvement) AS n_measured,
    avg(improvement) AS standardised_change, avg(improvement) - 0.5 AS ci_low,
    avg(improvement) + 0.5 AS ci_high, count(*) FILTER (class = 'improved') AS n_improved,
    count(improvement) AS n_classified, ['knee_extension'] AS measures FROM fct_follow_up GROUP BY ALL;
CREATE TABLE agg_completeness AS SELECT 'all' AS clinic, condition, muscle_group, domain, measure, method,
    device_class, horizon, n_started, n_measured, NULL::DOUBLE AS weighted_change,
    NULL::DOUBLE AS weighted_low, NULL::DOUBLE AS weighted_high, NULL::DOUBLE AS weighted_share_improved,
    NULL::DOUBLE AS n_effective,
    'too_few' AS why_not_weighted, NULL::DOUBLE AS worst_change, NULL::DOUBLE AS best_change,
    NULL::DOUBLE AS worst_share_improved, NULL::DOUBLE AS best_share_improved FROM agg_outcomes;
CREATE TABLE agg_clinic_month AS SELECT 'harbour' AS clinic, 'all' AS condition,
    strftime(time_zero AT TIME ZONE 'UTC', '%Y-%m') AS month, count(*) AS n_started,
    count(improvement) AS n_measured, count(improvement) AS n_classified,
    count(*) FILTER (class = 'improved') AS n_improved, avg(improvement) AS standardised_change,
    avg(improvement) - 0.5 AS ci_low, avg(improvement) + 0.5 AS ci_high FROM fct_follow_up GROUP BY ALL;
CREATE TABLE agg_case_mix AS SELECT 'case_mix.1' AS model_version
"""
"""What a release's report asks for, of the people in ``told``; one instrument, one condition."""


@pytest.fixture(scope="session")
def person() -> type[Person]:
    return Person
