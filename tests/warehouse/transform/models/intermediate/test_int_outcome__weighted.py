"""The dbt model that tells weighted figures and bounds from sums."""

from typing import Any

import pyarrow as pa
import pytest

from warehouse.transform.models.intermediate.int_outcome__weighted import model

PLACE = {
    "clinic": "all", "condition": "neck_pain", "muscle_group": "neck_flexors", "program": "all",
    "domain": "function", "horizon": "week_12",
}  # fmt: skip
SUMS = {
    "n_started": 40, "n_measured": 20, "n_plain": 0, "why": None, "weight": 40.0, "squares": 90.0,
    "product": 120.0, "square_product": 270.0, "square_squares": 900.0, "largest": 4.0, "n_improved": 8,
    "n_judged": 16, "weight_improved": 18.0, "weight_judged": 32.0, "worst": -60.0,
    "best": 170.0,
}  # fmt: skip
KEY = {"goal": "all", "month": "2026-01", "measure": "ndi", "method": "m", "device_class": "d"}


class Relation:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.table = pa.Table.from_pylist(rows)

    def to_arrow_table(self) -> pa.Table:
        return self.table


class Project:
    """Stands for dbt: a cell of outcomes, as given, and a cell of domains."""

    def __init__(self, *outcomes: dict[str, Any]) -> None:
        given = [PLACE | KEY | SUMS | {"why": ""} | one for one in outcomes]
        rows = [one | {"why": one["why"] or None} for one in given]
        typed = pa.Table.from_pylist(rows)
        self.relations = {
            "int_outcome__summed": typed.set_column(
                typed.column_names.index("why"), "why", typed["why"].cast(pa.string())
            ),
            "int_domain__summed": pa.Table.from_pylist([PLACE | SUMS]),
        }

    def ref(self, name: str) -> Relation:
        relation = Relation([])
        relation.table = self.relations[name]
        return relation

    def config(self, **settings: Any) -> None:
        pass


def test_figures_are_those_worked_out_from_the_sums() -> None:
    row = model(Project({}), None).to_pylist()[0]
    assert row["weighted_change"] == 3.0
    # Spread: 900 - 2 x 3 x 270 + 9 x 90 = 90, times 20 / 19; its root over 40.
    half = row["weighted_high"] - 3.0
    assert half / ((90 * 20 / 19) ** 0.5 / 40) == pytest.approx(2.1119, abs=1e-3)
    assert row["n_effective"] == pytest.approx(1600 / 90)
    assert row["largest_weight_share"] == 0.1
    assert row["weighted_share_improved"] == 18 / 32
    assert (row["worst_share_improved"], row["best_share_improved"]) == pytest.approx((8 / 36, 28 / 36))
    assert (row["worst_change"], row["best_change"]) == (-1.5, 4.25)
    assert row["why_not_weighted"] is None and row["month"] == "2026-01"


def test_a_domain_has_no_instrument_and_stands_for_all_goals_and_months() -> None:
    row = model(Project({}), None).to_pylist()[1]
    assert (row["measure"], row["goal"], row["month"]) == (None, "all", "all")
    assert row["weighted_change"] == 3.0


def test_too_many_people_without_a_model_are_a_refusal_with_its_reason() -> None:
    row = model(Project({"n_plain": 3, "why": "too_few"}), None).to_pylist()[0]
    assert row["why_not_weighted"] == "too_few"
    assert [row[name] for name in ("weighted_change", "weighted_low", "weighted_share_improved")] == [
        None
    ] * 3
    assert row["worst_change"] == -1.5
    few = model(Project({"n_plain": 2, "why": "too_few"}), None).to_pylist()[0]
    assert few["why_not_weighted"] is None and few["weighted_change"] == 3.0


def test_without_a_threshold_no_share_has_bounds() -> None:
    none = {"n_judged": 0, "n_improved": 0, "weight_judged": 0.0, "weight_improved": 0.0}
    row = model(Project(none), None).to_pylist()[0]
    assert row["weighted_share_improved"] is None and row["best_share_improved"] is None
    assert row["weighted_change"] == 3.0
