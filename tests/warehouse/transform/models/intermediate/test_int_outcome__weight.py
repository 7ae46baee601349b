"""The dbt model that weighs people for drop-out: one model per condition, measure identity and horizon."""

from typing import Any

import duckdb
import numpy as np
import pytest

from warehouse.effects.case_mix import Words
from warehouse.effects.dropout import dropout_weights
from warehouse.transform.models.intermediate.int_outcome__weight import COUNTED, model

PEOPLE = """
    SELECT 'p' || i AS patient_key, 'e' || i AS episode_id, 'riverside' AS clinic, condition,
        'neck_flexors' AS muscle_group, ['regain_strength'] AS goals, 'a' AS program, '2026-01' AS month,
        'function' AS domain, measure, 'self_report' AS method, 'questionnaire' AS device_class,
        'week_12' AS horizon, CASE WHEN i % 10 <> 3 THEN (10 + i % 7)::DOUBLE END AS baseline,
        CASE WHEN i % 10 <> 3 AND i % (2 + i % 3) <> 0 THEN (4 - i % 3)::DOUBLE END AS improvement,
        5.0 AS sd_baseline, improvement IS NOT NULL AS is_measured, 'unchanged' AS class,
        true AS could_improve, 'lower' AS direction,
        ['mild', 'moderate', 'severe'][i % 3 + 1] AS severity, 'acute' AS chronicity,
        false AS prior_surgery, '30-39' AS age_band, 'public' AS payer_class, 'female' AS sex,
        5.0 AS baseline_pain, 1 AS comorbidity_count
    FROM range(300) AS numbers(i),
        (VALUES ('ndi', 'neck_pain'), ('odd', 'neck_pain')) AS named(measure, condition)
    UNION ALL BY NAME
    SELECT * REPLACE ('low_back_pain' AS condition) FROM people WHERE measure = 'ndi' AND baseline > 12
        AND patient_key < 'p15'
"""


class Project:
    """Stands for dbt: two relations, and how the model wants to be stored."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        first, second = PEOPLE.split("UNION ALL BY NAME")
        self.connection.execute(f"CREATE VIEW people AS {first}")
        self.connection.execute(f"CREATE TABLE int_population AS {first} UNION ALL BY NAME {second}")
        self.connection.execute(
            "CREATE TABLE dim_measure AS SELECT 'ndi' AS measure, 0.0 AS low, 50.0 AS high"
        )
        self.configured: dict[str, Any] = {}

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **settings: Any) -> None:
        self.configured |= settings


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project()
    model(made, made.connection).create("found")
    return made


def test_everybody_who_counts_is_there_once(project: Project) -> None:
    ask = project.connection.sql
    assert (
        ask("SELECT count(*) FROM found").fetchall() == ask("SELECT count(*) FROM int_population").fetchall()
    )
    assert ask("FROM found").columns == [*COUNTED, "weight", "worst", "best", "why"]
    assert project.configured == {"materialized": "table", "tags": ["estimator"]}


def test_weights_are_those_of_the_cell_s_own_model(project: Project) -> None:
    rows = project.connection.execute(
        "SELECT baseline, patient_key, is_measured, weight FROM found WHERE measure = 'ndi' "
        "AND condition = 'neck_pain' ORDER BY patient_key"
    ).fetchall()
    intake = np.array([np.nan if row[0] is None else row[0] for row in rows])
    number = np.array([int(row[1][1:]) for row in rows])
    columns = {"baseline": intake, "severity": Words(number % 3, ("mild", "moderate", "severe"))}
    alone = dropout_weights(columns, ~np.isnan(intake), np.array([row[2] for row in rows]))
    assert alone.why is None
    assert [row[3] for row in rows] == pytest.approx(alone.weights)
    assert len({round(row[3], 6) for row in rows}) > 3


def test_a_group_too_small_for_a_model_says_so_and_weighs_everybody_alike(project: Project) -> None:
    found = project.connection.sql(
        "SELECT DISTINCT why, count(*) OVER () > 1, weight FROM found WHERE condition = 'low_back_pain'"
    ).fetchall()
    assert len(found) == 1 and found[0][0] == "too_few" and found[0][2] > 1


def test_bounds_reach_from_the_baseline_to_the_range_or_over_the_whole_of_it(project: Project) -> None:
    found = project.connection.sql(
        "SELECT baseline, worst, best FROM found WHERE measure = 'ndi' AND condition = 'neck_pain'"
    ).fetchall()
    for baseline, worst, best in found:
        wanted = (-50, 50) if baseline is None else (baseline - 50, baseline)
        assert (worst, best) == wanted


def test_a_measure_whose_range_is_not_known_has_no_bounds(project: Project) -> None:
    told = project.connection.sql(
        "SELECT count(*), count(worst), count(best) FROM found WHERE measure = 'odd'"
    )
    assert told.fetchall() == [(300, 0, 0)]
