"""Conventions of the marts: a YAML file each with grain and descriptions, exposures that name real pages."""

from pathlib import Path
from typing import Any

import pytest
import yaml

MODELS = Path(__file__).parents[2] / "warehouse" / "transform" / "models"
PAGES = Path(__file__).parents[2] / "dashboards" / "views"
MARTS = sorted(path.stem for path in (MODELS / "marts").glob("*.sql"))
BETWEEN = [path for folder in ("staging", "intermediate", "parity") for path in (MODELS / folder).iterdir()]
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "parity": ("int_",),
    "marts": ("dim_", "fct_", "agg_", "ops_"),
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def mart(name: str) -> dict[str, Any]:
    (found,) = read(MODELS / "marts" / f"{name}.yml")["models"]
    assert found["name"] == name
    return dict(found)


@pytest.mark.parametrize("name", MARTS)
def test_a_mart_has_a_file_with_its_grain_and_a_sentence_about_each_column(name: str) -> None:
    described = mart(name)
    columns = [column["name"] for column in described["columns"]]
    assert described["description"].strip().endswith(".")
    assert "One row per" in described["description"]
    assert set(described["config"]["meta"]["grain"]) <= set(columns)
    assert [
        each["name"] for each in described["columns"] if not each["description"].strip().endswith(".")
    ] == []
    assert [each["name"] for each in described["columns"] if not each.get("data_type")] == []
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize("name", MARTS)
def test_the_grain_of_a_mart_is_tested(name: str) -> None:
    described = mart(name)
    grain = described["config"]["meta"]["grain"]
    together = [
        test["unique_together"]["arguments"]["columns"]
        for test in described.get("data_tests", ())
        if "unique_together" in test
    ]
    alone = [[each["name"]] for each in described["columns"] if "unique" in each.get("data_tests", ())]
    assert set(grain) in [set(each) for each in together] or any(set(each) <= set(grain) for each in alone)


def test_models_bear_the_prefix_of_their_layer() -> None:
    wrong = [
        path.name
        for layer, prefixes in PREFIXES.items()
        for path in (MODELS / layer).iterdir()
        if path.suffix in (".sql", ".py") and not path.name.startswith(prefixes)
    ]
    assert wrong == []


def test_every_model_between_lake_and_marts_is_described() -> None:
    described = {
        model["name"]
        for path in BETWEEN
        if path.suffix == ".yml"
        for model in read(path).get("models", ())
        if model["description"].strip().endswith(".")
    }
    there = {path.stem for path in BETWEEN if path.suffix in (".sql", ".py") and path.stem != "__init__"}
    assert sorted(there - described) == []


def test_exposures_name_every_page_and_its_owner() -> None:
    exposures = read(MODELS / "exposures.yml")["exposures"]
    pages = {path.stem for path in PAGES.glob("*.py")} - {"__init__"}
    assert {each["name"] for each in exposures} == pages
    assert {each["url"].rsplit("/", 1)[1] for each in exposures} == pages
    assert {each["owner"]["name"] for each in exposures} <= {"director", "therapist", "data engineer"}
    assert [each["name"] for each in exposures if not each["description"].endswith(".")] == []


def test_what_comes_in_has_a_bound_of_freshness() -> None:
    lake = next(each for each in read(MODELS / "sources.yml")["sources"] if each["name"] == "lake")
    bounded = {each["name"] for each in lake["tables"] if "freshness" in each.get("config", {})}
    assert bounded == {"events", "receipts"}
