"""As it was then and as it is now: what changed is told, time changes nothing, few people stay hidden."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.release_artefact import Artefact, compose
from infra.restated import Restatement, lines_of, restated_since

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
LATER = AS_OF + timedelta(days=60)
DUE = AS_OF - timedelta(days=120)
NOT_DUE = AS_OF - timedelta(days=50)


def many(person: Any, count: int, time_zero: datetime = DUE, start: int = 0, **more: Any) -> list[Any]:
    return [person(f"p{start + each}", time_zero, float(4 + each % 4), **more) for each in range(count)]


def then_of(path: Path) -> Artefact:
    content = compose(path, 11)
    return Artefact(content, json.loads(content))


def held_against(
    figures_of: Callable[..., Path], before: list[Any], after: list[Any], **now: Any
) -> Restatement:
    then = then_of(figures_of(before, AS_OF, "1"))
    return restated_since(then, figures_of(after, LATER, "2", **now))


def test_time_alone_restates_nothing(figures_of: Callable[..., Path], person: Any) -> None:
    people = many(person, 60)
    due_since = many(person, 40, NOT_DUE, start=500)
    found = held_against(figures_of, people, [*people, *due_since])
    assert found.restated == ()
    assert (found.release, found.against, found.compared) == ("1", "2", 1)


def test_late_events_of_many_are_told_then_and_now(figures_of: Callable[..., Path], person: Any) -> None:
    people = many(person, 60)
    silent = [replace(each, improvement=None) for each in many(person, 30, start=100)]
    heard = [replace(each, improvement=12.0) for each in silent]
    (row,) = held_against(figures_of, [*people, *silent], [*people, *heard]).restated
    assert (row.then_n, row.now_n, row.then, row.now) == (60, 90, 5.5, round((5.5 * 60 + 12 * 30) / 90, 4))
    assert row.why == "late events"
    assert not row.is_withheld


def test_what_few_people_changed_is_told_without_the_figure_now(
    figures_of: Callable[..., Path], person: Any
) -> None:
    people = many(person, 60)
    found = held_against(figures_of, people, [*people, *many(person, 3, start=900, time_zero=DUE)])
    (row,) = found.restated
    assert row.is_withheld
    assert (row.now, row.now_n, row.now_improved) == (None, None, None)
    assert row.then_n == 60
    assert any("Withheld" in line for line in lines_of(found))


def test_a_correction_of_one_value_does_not_give_that_person_away(
    figures_of: Callable[..., Path], person: Any
) -> None:
    people = many(person, 60)
    corrected = [*people[:2], replace(people[2], improvement=40.0), *people[3:]]
    (row,) = held_against(figures_of, people, corrected).restated
    assert row.is_withheld
    assert row.now is None


def test_what_follows_by_subtraction_is_withheld_with_it(
    figures_of: Callable[..., Path], person: Any
) -> None:
    groups = ("quadriceps", "hamstrings")
    before = [
        one
        for spot, group in enumerate(groups)
        for one in many(person, 60, start=spot * 100, muscle_group=group)
    ]
    come = many(person, 20, start=700, muscle_group="quadriceps") + many(
        person, 4, start=800, muscle_group="hamstrings"
    )
    found = held_against(figures_of, before, [*before, *come])
    assert [row.is_withheld for row in found.restated] == [True, True]


def test_a_figure_whose_people_are_nearly_those_of_the_page_is_not_kept(
    figures_of: Callable[..., Path], person: Any
) -> None:
    then = then_of(figures_of([*many(person, 60), *many(person, 4, NOT_DUE, start=300)], AS_OF))
    (row,) = then.says["settled"]["week_12"]
    assert row["hidden"]
    assert (row["n_measured"], row["mean_change"], row["n_started"]) == (None, None, None)


def test_the_erased_and_other_thresholds_are_named(figures_of: Callable[..., Path], person: Any) -> None:
    people = many(person, 80)
    then = then_of(figures_of(people, AS_OF))
    gone = restated_since(then, figures_of(people[:40], LATER, "2", registry=2), (0, 40))
    assert gone.restated[0].why == "erased, retracted or merged"
    assert "people were erased" in gone.known
    assert "the measure registry (1 to 2)" in gone.known
    assert "Known to have changed since" in lines_of(gone)[1]
