"""Great Expectations looks at the built marts in a process of its own, without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse.profiles import Profile
from warehouse.quality import Checked, check_files, failed_places, refuse_unless_passed, start_quality
from warehouse.refused import ReleaseRefused

MARTS = """
CREATE TABLE dim_measure AS SELECT 'grip' AS measure, 0.0 AS low, 90.0 AS high;
CREATE TABLE fct_outcome AS
    SELECT 'e' || range AS event_id, 'grip' AS measure, range::DOUBLE AS value FROM range(9);
CREATE TABLE fct_session AS
    SELECT 'p' AS patient_key, 's' || range AS session_key, 'home' AS place, 0.5 AS quality FROM range(9);
CREATE TABLE ops_source_day AS
    SELECT 's' AS source, DATE '2026-01-01' AS day,
        9 AS received, 5 AS accepted, 3 AS duplicate, 1 AS rejected;
CREATE TABLE a_table_of_its_own AS SELECT 1 AS anything;
"""
BAD = {
    "fct_session.quality.range": "UPDATE fct_session SET quality = 1.5 WHERE session_key = 's3'",
    "fct_session.place.word": "UPDATE fct_session SET place = 'moon' WHERE session_key = 's3'",
    "fct_session.key": "UPDATE fct_session SET session_key = 's4' WHERE session_key = 's3'",
    "fct_session.patient_key.there": "UPDATE fct_session SET patient_key = NULL WHERE session_key = 's3'",
    "fct_outcome.value.possible": "UPDATE fct_outcome SET value = 1e4 WHERE value = 3",
    "ops_source_day.verdicts": "UPDATE ops_source_day SET received = 8",
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "working.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
        connection.execute("UPDATE dim_measure SET measure = 'strength_score'")
        connection.execute("UPDATE fct_outcome SET measure = 'strength_score'")
    return path


@pytest.mark.slow
def test_good_marts_pass_and_each_planted_mistake_is_found_by_its_check(database: Path) -> None:
    assert [each.check_id for each in check_files([database]) if not each.passed] == []
    for number, (name, mistake) in enumerate(BAD.items()):
        spoiled = database.with_name(f"spoiled-{number}.duckdb")
        shutil.copy(database, spoiled)
        with duckdb.connect(str(spoiled)) as connection:
            connection.execute(mistake)
        failed = [each for each in check_files([spoiled]) if not each.passed]
        assert name in [each.check_id for each in failed]
        with pytest.raises(ReleaseRefused, match="quality checks failed"):
            refuse_unless_passed(failed)


@pytest.mark.slow
def test_the_process_waits_for_the_finished_file_and_answers(database: Path, tmp_path: Path) -> None:
    quality = start_quality([database], tmp_path / "work")
    checks = quality.check()
    assert len(checks) > 10
    assert all(each.passed and each.observed for each in checks)


@pytest.mark.slow
def test_a_check_that_cannot_run_refuses_and_names_its_log(tmp_path: Path) -> None:
    quality = start_quality([tmp_path / "nowhere.duckdb"], tmp_path / "work")
    with pytest.raises(ReleaseRefused, match=r"could not run; their log is .*quality\.log"):
        quality.check()


@pytest.mark.slow
def test_it_is_stopped_when_nobody_waits_for_it(database: Path, tmp_path: Path) -> None:
    quality = start_quality([database], tmp_path / "work")
    quality.stop()
    quality.stop()
    assert quality.process.poll() is not None


def checked(name: str, passed: bool, severity: str = "refuse") -> Checked:
    observed = "1 of 9 rows do not fit"
    return Checked(name, "Says.", "conformance", severity, "m", passed, 1, 0, observed, "", "SELECT 1")


def test_what_warns_refuses_nothing() -> None:
    refuse_unless_passed([checked("m.c", passed=False, severity="warn"), checked("fine", passed=True)])


@pytest.mark.slow
def test_great_expectations_finds_exactly_the_places_above_what_is_allowed() -> None:
    profiles = [
        Profile(check, mart, place, 10, metric, 1)
        for check, mart, place, metric in (
            ("a", "t", "here", 0.5), ("a", "t", "there", 1.5), ("b", "t", "here", 1.0), ("c", "u", "x", 2.0),
        )
    ]  # fmt: skip
    assert failed_places(profiles) == {("a", "there"), ("c", "x")}
    assert failed_places(profiles[:1]) == set()


def test_a_refusal_names_the_first_failures_and_counts_the_rest() -> None:
    checks = [checked(f"m.c{number}", passed=False) for number in range(5)]
    with pytest.raises(ReleaseRefused) as refused:
        refuse_unless_passed([*checks, checked("fine", passed=True)])
    assert str(refused.value).startswith("5 of 6 quality checks failed: m.c0 (1 of 9 rows do not fit)")
    assert "and 2 more" in str(refused.value)


NO_ROUTE = "import sys; from warehouse.quality import check_files; from pathlib import Path; "
NO_ROUTE += "sys.exit(not check_files([Path(sys.argv[1])]))"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="needs a network namespace")
def test_the_checks_run_without_any_network(database: Path) -> None:
    command = ["unshare", "--net", sys.executable, "-c", NO_ROUTE, str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
