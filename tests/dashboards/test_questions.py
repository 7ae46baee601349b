"""Every statement is bound to who asks."""

import re
from typing import Final

import pytest

from dashboards import marts, questions
from dashboards.access import Scope
from dashboards.marts import SCOPE_NAMES, Question, Release

ALL: Final = {name: each for name, each in vars(questions).items() if isinstance(each, Question)}


@pytest.mark.parametrize("name", ALL)
def test_every_question_is_narrowed_by_the_scope(name: str) -> None:
    assert ALL[name].names & SCOPE_NAMES
    if ALL[name].kind == "patients" and name != "MEASURES":
        assert {"clinic", "therapist"} <= ALL[name].names


@pytest.mark.parametrize("name", ALL)
def test_every_question_names_its_columns_and_reads_marts_only(name: str) -> None:
    tables = set(re.findall(r"(?:FROM|JOIN) (\w+)", ALL[name].sql))
    named_here = set(re.findall(r"(\w+) AS \(", ALL[name].sql))
    assert {
        table for table in tables - named_here if not table.startswith(("fct_", "agg_", "dim_", "ops_"))
    } == set()


def test_patients_are_named_only_to_whom_they_belong_or_inside_of_a_comparison() -> None:
    naming = {name for name, each in ALL.items() if "patient_key" in each.sql.split("FROM")[0]}
    assert naming <= {"COHORT", "TRACKS", "EPISODES", "CHOICES"}


def test_one_clinics_figures_equal_the_facts_of_that_clinic(release: Release) -> None:
    rows = marts.rows(release, Scope("director", "harbour"), questions.OUTCOMES, horizon="latest")
    all_clinics = marts.rows(release, Scope("director"), questions.OUTCOMES, horizon="latest")
    key = ("condition", "muscle_group", "measure")
    whole = {tuple(row[name] for name in key): row["n_measured"] for row in all_clinics}
    assert rows
    assert all(row["n_measured"] <= whole[tuple(row[name] for name in key)] for row in rows)
    assert sum(row["n_measured"] for row in rows) < sum(whole.values())


def test_one_clinics_domains_have_totals_that_count_a_person_once(release: Release) -> None:
    rows = marts.rows(release, Scope("director", "harbour"), questions.DOMAINS, horizon="latest")
    cell = {(row["condition"], row["muscle_group"], row["domain"]): row for row in rows}
    back = [cell["low_back_pain", group, "function"] for group in ("lumbar_extensors", "deep_abdominals")]
    assert cell["low_back_pain", "all", "function"]["n_people"] == back[0]["n_people"] == back[1]["n_people"]


def test_healthy_trainees_stay_out_of_clinical_figures(release: Release) -> None:
    for scope in (Scope("director"), Scope("director", "harbour")):
        rows = marts.rows(release, scope, questions.DOMAINS, horizon="latest")
        assert "none" not in {row["condition"] for row in rows}
