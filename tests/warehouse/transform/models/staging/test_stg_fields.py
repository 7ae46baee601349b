"""The words and bounds of fields are those of the contract."""

from pathlib import Path
from runpy import run_path
from typing import Any

from contracts.vocabulary import CONDITIONS

MODEL = Path(__file__).parents[5] / "warehouse/transform/models/staging/stg_fields.py"


class Dbt:
    def config(self, **_: Any) -> None:
        pass


def rows() -> dict[tuple[str, str], dict[str, Any]]:
    table = run_path(str(MODEL))["model"](Dbt(), None)
    return {(row["told"], row["field"]): row for row in table.to_pylist()}


def test_a_field_with_closed_words_has_them() -> None:
    assert set(rows()["episode_opened", "condition"]["words"]) == set(CONDITIONS)


def test_a_list_has_the_words_of_its_items() -> None:
    assert "stabilization" in rows()["program_assigned", "techniques"]["words"]


def test_a_number_has_its_bounds_also_where_it_may_be_missing() -> None:
    pain = rows()["symptom_reported", "pain"]
    assert (pain["low"], pain["high"], pain["words"]) == (0.0, 10.0, None)


def test_free_text_is_not_bound() -> None:
    assert ("episode_opened", "clinic") not in rows()
