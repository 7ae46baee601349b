"""What of the clinics leaves the marts: who sees whom, and nothing small, also by subtraction."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboards import clinics, guarded, questions
from dashboards.access import Denied
from dashboards.visit import Visit
from warehouse.effects.comparability import SENTENCES

NDI = ("ndi", "self_report", "questionnaire")


def test_a_director_of_all_clinics_sees_each_by_name(visit: Callable[..., Visit]) -> None:
    rows = clinics.of_measure(visit("director").rows(questions.CLINICS, horizon="week_12"), NDI)
    assert len({row["clinic"] for row in rows}) == 8
    assert visit("director").rows(questions.OTHER_CLINICS, horizon="week_12") == []


def test_a_director_of_one_clinic_gets_no_name_of_another(visit: Callable[..., Visit]) -> None:
    here = visit("director", "harbour")
    assert {row["clinic"] for row in here.rows(questions.CLINICS, horizon="week_12")} == {"harbour"}
    others = here.rows(questions.OTHER_CLINICS, horizon="week_12")
    assert others
    assert all("clinic" not in row and row["n_measured"] >= 20 for row in others)
    assert {row["measure"] for row in others} == {"ndi"}


@pytest.mark.parametrize("question", [questions.CLINICS, questions.OTHER_CLINICS, questions.CASE_MIX])
@pytest.mark.parametrize("who", [("therapist", "harbour", "t-ha-1"), ("data_engineer",), ()])
def test_nobody_else_may_ask(visit: Callable[..., Visit], question: Any, who: tuple[str, ...]) -> None:
    with pytest.raises(Denied):
        visit(*who).rows(question, horizon="week_12")


def test_small_clinics_hide_every_figure_of_theirs() -> None:
    numbers = ("raw_mean", "expected", "residual", "standard_error", "shrunk", "shrunk_low", "shrunk_high",
               "reliability", "limit_95", "limit_998")  # fmt: skip
    rows = [
        {
            "clinic": clinic,
            "condition": condition,
            "n_started": n + 2,
            "n_baseline": n + 1,
            "n_measured": n,
            "flag": None,
        }
        | dict.fromkeys(numbers, 1.0)
        for clinic, n in (("a", 60), ("b", 40), ("c", 30), ("d", 7))
        for condition in ("all", "neck_pain")
    ]
    shown = {(row["clinic"], row["condition"]): row for row in guarded.clinics(rows, 11)}
    for condition in ("all", "neck_pain"):
        assert {
            shown["d", condition][name] for name in (*numbers, "n_measured", "n_started", "completeness")
        } == {None}
    # The sum over clinics is known elsewhere, so one more is hidden in each column.
    assert sum(row["hidden"] for row in shown.values()) >= 4
    assert shown["a", "all"]["residual"] == 1.0


def test_every_gate_has_its_title_and_every_code_its_words() -> None:
    assert set(clinics.TITLES) <= set(SENTENCES)
    assert set(clinics.TITLES) == {
        "tells_apart",
        "too_few_clinics",
        "no_difference",
        "unreliable",
        "no_model",
    }
