"""How a comparison is shown, through the pages that show it."""

from collections.abc import Callable
from typing import Any

from dashboards import comparison
from dashboards.visit import Visit
from warehouse.effects.compare import compare
from warehouse.effects.protocol import Protocol

BACK = Protocol(
    *("low_back_pain", "lumbar_extensors", "stabilization_led", "manual_therapy_led", "rmdq"),
    *("Roland-Morris disability", "score", "lower"),
    horizon="latest",
)


def test_a_cohort_holds_both_programs_and_nobody_else(visit: Callable[..., Visit]) -> None:
    rows = comparison.cohort(visit("director"), BACK)
    assert {row["program"] for row in rows} == {"stabilization_led", "manual_therapy_led"}
    assert {(row["condition"], row["muscle_group"], row["measure"]) for row in rows} == {
        ("low_back_pain", "lumbar_extensors", "rmdq")
    }


def test_the_same_people_give_the_same_answer_as_asked_directly(visit: Callable[..., Visit]) -> None:
    looking = visit("therapist", "harbour", "t-ha-0")
    rows = comparison.cohort(looking, BACK)
    result = compare(rows, BACK, looking.minimum, looking.release.as_of)
    assert result.verdict in ("answer", "caution")
    assert result.adjusted is not None
    assert 0 < result.adjusted.low < result.adjusted.estimate < 3


def test_a_director_of_one_clinic_compares_that_clinics_people_only(visit: Callable[..., Visit]) -> None:
    rows = comparison.cohort(visit("director", "harbour"), BACK)
    assert {row["clinic"] for row in rows} == {"harbour"}


def test_every_state_of_a_gate_and_every_verdict_has_words() -> None:
    assert comparison.STATES.keys() == {"passed", "caution", "refused", "not_reached"}
    assert comparison.VERDICTS.keys() == {"answer", "caution", "refusal"}


def test_the_busiest_choice_comes_first() -> None:
    rows: list[dict[str, Any]] = [{"x": "a", "n": 3}, {"x": "b", "n": 2}, {"x": "b", "n": 2}]
    assert comparison._busiest(rows, "x") == ["b", "a"]
