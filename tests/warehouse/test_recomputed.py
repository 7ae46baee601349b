"""What dbt found beside the stream is read from the working file, with whom, where and both values."""

from pathlib import Path

import duckdb
import pytest

from warehouse.parity import Compared, refuse_differences
from warehouse.recomputed import recomputed
from warehouse.refused import ReleaseRefused

MADE = """
CREATE SCHEMA intermediate;
CREATE TABLE intermediate.int_parity__state AS
    SELECT 'a' AS patient_key, 'e' AS episode_id, 1 AS partition, 70 AS next_offset, true AS is_compared
    UNION ALL SELECT 'b', 'f', 1, 90, false;
CREATE TABLE intermediate.int_parity AS
    SELECT 'outcomes' AS name, 8 AS compared, 1 AS different, [{
        'patient_key': 'a', 'episode_id': 'e', 'field': 'outcomes[nprs].latest',
        'published': '3.0', 'recomputed': '2.0'
    }] AS differences
    UNION ALL SELECT 'episode_view', 20, 0, NULL;
"""


@pytest.fixture
def working(tmp_path: Path) -> Path:
    path = tmp_path / "it's working.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MADE)
    return path


def test_each_comparison_comes_with_its_counts_and_what_was_skipped(working: Path) -> None:
    assert recomputed(working) == (Compared("episode_view", 20, 1, 0), Compared("outcomes", 8, 1, 1))


def test_a_difference_refuses_and_names_patient_field_and_values(working: Path) -> None:
    with pytest.raises(ReleaseRefused) as refused:
        refuse_differences(recomputed(working))
    assert "patient a: outcomes[nprs].latest: published 3.0, expected 2.0" in str(refused.value)


def test_a_difference_says_at_which_offset(working: Path) -> None:
    (one,) = recomputed(working)[1].differences
    assert (one.patient_key, one.episode_id, one.partition, one.offset) == ("a", "e", 1, 70)


def test_a_project_without_a_recomputation_compares_nothing(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    assert recomputed(tmp_path / "empty.duckdb") == ()
