"""What the recomputation knows of policies is what their files say."""

from pathlib import Path
from runpy import run_path
from typing import Any

from streams.progression.policy import policies

MODEL = Path(__file__).parents[5] / "warehouse/transform/models/parity/int_parity__policy.py"


class Dbt:
    def config(self, **_: Any) -> None:
        pass


def rows() -> dict[tuple[str, int], dict[str, Any]]:
    table = run_path(str(MODEL))["model"](Dbt(), None)
    return {(row["policy"], row["policy_version"]): row for row in table.to_pylist()}


def test_every_released_version_is_there_with_the_signals_that_it_looks_at() -> None:
    found = rows()
    assert set(found) == {(each.policy, each.version) for each in policies()}
    for each in policies():
        assert set(found[each.policy, each.version]["signals"]) >= each.uses


def test_grades_of_effusion_are_those_of_the_file() -> None:
    found = rows()["default_msk", 2]
    assert (found["treat_from"], found["maintain_from"], found["within_sessions"]) == (2.0, 1.0, 8)
    assert rows()["default_msk", 1]["treat_from"] is None
