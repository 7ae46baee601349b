"""The population takes one row per person and instrument, and only people whose time has come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from warehouse.effects.population import first_look, select
from warehouse.effects.protocol import Protocol

PROTOCOL = Protocol("neck_pain", "neck_flexors", "a", "b", "ndi", "NDI", "score", "lower")


def row(person: int, program: str = "a", **fields: Any) -> dict[str, Any]:
    return {
        "patient_key": f"p{person}",
        "episode_id": f"e{person}",
        "condition": "neck_pain",
        "muscle_group": "neck_flexors",
        "measure": "ndi",
        "horizon": "week_12",
        "program": program,
        "method": "self_report",
        "device_class": "questionnaire",
        "severity": "mild",
        "baseline": 20.0,
        "follow_up": 10.0,
        **fields,
    }


def test_rows_of_other_cells_are_passed_over() -> None:
    others = [
        row(2, condition="low_back_pain"),
        row(3, muscle_group="deltoid"),
        row(4, measure="nprs"),
        row(5, horizon="week_6"),
        row(6, program="c"),
    ]
    assert len(select([row(1), *others], PROTOCOL).started) == 1


def test_columns_say_the_same_as_rows() -> None:
    rows = [row(1), row(2, "b"), row(3, "b", follow_up=None)]
    columns = {name: [one[name] for one in rows] for name in rows[0]}
    assert select(columns, PROTOCOL) == select(rows, PROTOCOL)


def test_a_person_without_follow_up_started_but_was_not_measured() -> None:
    population = select([row(1), row(2, follow_up=None), row(3, baseline=float("nan"))], PROTOCOL)
    assert population.count("a") == (3, 2, 1)


def test_people_whose_follow_up_is_not_due_are_left_out_and_counted() -> None:
    population = select([row(1, due=True), row(2, due=False, follow_up=None)], PROTOCOL)
    assert population.count("a") == (1, 1, 1)
    assert population.not_due == 1


def test_without_that_column_time_zero_decides_who_is_due() -> None:
    as_of = datetime(2026, 10, 31, tzinfo=UTC)
    rows = [row(1, time_zero=as_of - timedelta(days=98)), row(2, time_zero=as_of - timedelta(days=97))]
    assert select(rows, PROTOCOL, as_of).not_due == 1
    assert select(rows, PROTOCOL).not_due == 0


def test_instruments_are_never_mixed() -> None:
    rows = [row(1), row(2), row(3, device_class="unspecified")]
    assert select(rows, PROTOCOL).count("a") == (2, 2, 2)
    assert select(rows, PROTOCOL).set_aside == 1


def test_who_was_never_measured_still_started() -> None:
    never = row(3, method=None, device_class=None, baseline=None, follow_up=None)
    population = select([row(1), row(2), never], PROTOCOL)
    assert population.count("a") == (3, 2, 2)
    assert population.set_aside == 0


def test_a_person_counts_once() -> None:
    assert select([row(1, side="left"), row(1, side="right")], PROTOCOL).count("a") == (1, 1, 1)


def test_the_first_look_counts_the_smaller_program_and_empty_strata() -> None:
    rows = [row(person, "a", severity="mild") for person in range(12)]
    rows += [row(100 + person, "b", severity="severe") for person in range(20)]
    rows += [row(200 + person, "b", follow_up=None) for person in range(4)]
    seen = first_look(select(rows, PROTOCOL), PROTOCOL)
    assert seen["smallest_started"] == 12
    assert seen["smallest_measured"] == 12
    assert seen["smallest_completeness"] == 20 / 24
    assert seen["strata_with_one_program"] == 2


def test_a_covariate_from_after_time_zero_is_noticed() -> None:
    late = Protocol("x", "y", "a", "b", "ndi", "NDI", "score", "lower", covariates=("baseline", "adherence"))
    assert first_look(select([], late), late)["covariates_after_time_zero"] == 1
