"""The curve of time to an important change: coarse enough that no step is a small group."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import change_curve

Row = dict[str, Any]


def week(at: int, changed: int, left: int = 0, **more: Any) -> Row:
    return {
        "condition": "neck_pain", "muscle_group": "neck_flexors", "measure": "ndi", "method": "m",
        "device_class": "d", "label": "Neck index", "week": at, "n_started": 220, "n_judged": 200,
        "n_measured": 180, "n_changed_by": changed, "n_discharged_by": left,
        "n_changed_earliest_by": changed, "days_between_visits": 42.0, "changed": changed / 200,
        "changed_low": changed / 200 - 0.031, "changed_high": changed / 200 + 0.029,
        "changed_earliest": changed / 200, "discharged": left / 200, "mean_days": 2.4 * at,
    } | more  # fmt: skip


def test_a_week_is_shown_when_enough_people_have_moved_on() -> None:
    rows = [week(0, 0), week(1, 4), week(2, 10), week(3, 15), week(4, 20), week(5, 40)]
    assert [row["week"] for row in change_curve.guarded(rows, 11)] == [0, 3, 5]


def test_few_who_are_discharged_or_have_neither_keep_a_week_back_too() -> None:
    assert len(change_curve.guarded([week(0, 0), week(1, 20, 5)], 11)) == 1
    assert len(change_curve.guarded([week(0, 0), week(1, 20, n_changed_earliest_by=25)], 11)) == 2
    assert len(change_curve.guarded([week(0, 0), week(1, 20, n_changed_earliest_by=5)], 11)) == 1
    assert len(change_curve.guarded([week(0, 0), week(1, 120, 75)], 11)) == 1


def test_a_small_group_has_no_curve() -> None:
    assert change_curve.guarded([week(0, 0, n_judged=10)], 11) == []
    drawn = change_curve.curve([], "Neck index")
    assert drawn.rows == [] and "no week can be shown" in drawn.alt


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), min_size=1, max_size=12))
def test_no_step_of_a_curve_is_a_small_group(moves: list[tuple[int, int]]) -> None:
    rows, changed, left = [week(0, 0)], 0, 0
    for at, (more, gone) in enumerate(moves, 1):
        changed, left = changed + more, left + gone
        if changed + left <= 200:
            rows.append(week(at, changed, left))
    kept = change_curve.guarded(rows, 11)
    for before, after in pairwise(kept):
        for name in ("n_changed_by", "n_discharged_by"):
            assert after[name] - before[name] == 0 or after[name] - before[name] >= 11


def test_the_curve_tells_change_and_discharge_in_whole_per_cents() -> None:
    kept = change_curve.guarded([week(0, 0), week(6, 50, 30), week(12, 90, 60)], 11)
    drawn = change_curve.curve(kept, "Neck flexors · Neck index")
    told = [(row["week"], row["kind"], row["value"]) for row in drawn.rows]
    assert (12, "Important change", 45) in told and (12, "Discharged without one", 30) in told
    assert [row["ci_low"] for row in drawn.rows if row["kind"] == "Important change"] == [-3, 22, 42]
    assert "by week 12, 45 % had an important change and 30 % were discharged without one" in drawn.alt


def test_the_caption_says_of_whom_how_coarse_and_how_complete() -> None:
    rows = change_curve.guarded([week(0, 0), week(6, 50, 30), week(12, 90, 60)], 11)
    said = change_curve.caption(rows, 11)
    for words in (
        "Of 200 people",
        "180 of 220 who started",
        "42 days apart",
        "12 weeks",
        "29 days on average",
    ):
        assert words in said


def test_the_caption_tells_no_small_number() -> None:
    rows = change_curve.guarded([week(0, 0, n_measured=215)], 11)
    assert "215" not in change_curve.caption(rows, 11)


def test_a_curve_is_named_by_condition_group_and_instrument() -> None:
    name = change_curve.name_of(week(0, 0))
    assert change_curve.title_of(name) == "Neck pain · Neck flexors · Neck index"
