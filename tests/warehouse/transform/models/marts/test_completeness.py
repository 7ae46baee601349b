"""Completeness and time to change in the built marts; every figure was worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from lake_tables import build, make_lake, marts_of
from told import ZERO, People

from contracts import events as said
from contracts.measures.classify import classify

Ask = Callable[..., list[Any]]
# Neck disability index (0-50, lower is better) on days after time zero; the day of closing, if any.
STORIES: dict[str, tuple[float | None, dict[int, float], int | None]] = {
    "lasting": (30, {42: 15, 84: 14}, None),
    "passing": (30, {42: 15, 84: 28}, 100),
    "at_the_last": (30, {42: 28, 70: 15}, None),
    "sent_home": (30, {}, 20),
    "on_the_way": (30, {42: 28}, None),
    "no_baseline": (None, {}, None),
    "too_late": (30, {80: 10}, 60),
    "no_room": (5, {}, None),
}


def tell(people: People) -> None:
    for key, (baseline, later, closed) in STORIES.items():
        people.start(key)
        if baseline is not None:
            people.value(key, ZERO - timedelta(hours=2), baseline)
        for day, value in later.items():
            people.value(key, ZERO + timedelta(days=day), value)
        if closed is not None:
            at = ZERO + timedelta(days=closed)
            people.add(said.EpisodeClosed, key, at, episode_id="e", reason="goals_met")


def all_measured(people: People) -> None:
    """Sixty people with back pain, everyone measured again."""
    for at in range(60):
        key = f"back-{at:02d}"
        people.start(key, condition="low_back_pain")
        people.value(key, ZERO - timedelta(hours=2), 10 + at % 9, "rmdq")
        people.value(key, ZERO + timedelta(days=84), 8 + at % 5, "rmdq")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    path = tmp_path_factory.mktemp("completeness") / "working.duckdb"
    people = People()
    for part in (tell, all_measured):
        part(people)
    make_lake(path, people.events)
    done = build(path)
    assert done.returncode == 0, done.stdout[-6000:]
    connection = duckdb.connect(str(path))
    connection.execute(f"ATTACH '{marts_of(path)}' AS candidate; USE candidate.main")
    yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()
    connection.close()


CURVE = (
    "SELECT {} FROM agg_time_to_change WHERE measure = 'ndi' AND clinic = 'all' AND program = 'all' "
    "AND definition = ? AND week = ?"
)


def test_a_lasting_change_stands_at_the_first_of_two_visits_or_at_the_last_one(ask: Ask) -> None:
    found = ask(
        "SELECT patient_key, sustained_day, sustained_after_day, first_day, first_after_day "
        "FROM working.intermediate.int_time_to_change WHERE measure = 'ndi' AND first_day IS NOT NULL "
        "ORDER BY patient_key"
    )
    assert found == [
        ("at_the_last", 70, 42, 70, 42),
        ("lasting", 42, 0, 42, 0),
        ("passing", None, None, 42, 0),
    ]


def test_the_threshold_that_judged_the_change_is_kept(ask: Ask) -> None:
    judged = classify("ndi", "neck_pain", 30.0, 15.0, None, "questionnaire", "neck_flexors")
    assert judged.kind == "improved"
    found = ask(
        "SELECT threshold_row, mdc, mcid, registry_version FROM working.intermediate.int_time_to_change "
        "WHERE patient_key = 'lasting'"
    )
    assert found == [(judged.row, judged.mdc, judged.mcid, judged.registry_version)]


def test_the_share_with_a_lasting_change_is_the_one_worked_out_by_hand(ask: Ask) -> None:
    # Six can be judged. Day 20 one is sent home, day 42 one changes (of five: 5/6 x 1/5), day 60 one is
    # sent home, day 70 one changes (of three: 3/6 x 1/3), day 100 one is sent home, one is on the way.
    told = [
        ask(CURVE.format("changed, discharged, n_at_risk"), "sustained", week)[0] for week in (5, 6, 10, 15)
    ]
    assert told == [
        pytest.approx((0, 1 / 6, 5)),
        pytest.approx((1 / 6, 1 / 6, 5)),
        pytest.approx((2 / 6, 2 / 6, 3)),
        pytest.approx((2 / 6, 3 / 6, 1)),
    ]


def test_the_first_time_tells_more_changes_than_last(ask: Ask) -> None:
    assert [ask(CURVE.format("changed"), "first", week)[0][0] for week in (6, 10)] == pytest.approx(
        [2 / 6, 3 / 6]
    )


def test_the_earliest_curve_places_each_change_at_the_visit_before(ask: Ask) -> None:
    told = [ask(CURVE.format("changed_earliest"), "sustained", week)[0][0] for week in (0, 5, 6)]
    assert told == pytest.approx([1 / 6, 1 / 6, 2 / 6])


def test_a_curve_says_who_started_who_could_be_judged_and_how_coarse_it_is(ask: Ask) -> None:
    columns = "n_started, n_baseline, n_judged, n_measured, completeness, n_changed, n_discharged"
    found = ask(CURVE.format(f"{columns}, days_between_visits"), "sustained", 6)
    # No room to improve: not judged. Measured before they were sent home: four, 42, 42, 35 and 42 days apart.
    assert found == [(8, 7, 6, 4, 0.5, 2, 3, 42.0)]


def test_curves_stand_for_each_clinic_and_program_too(ask: Ask) -> None:
    found = ask("SELECT DISTINCT clinic, program FROM agg_time_to_change WHERE measure = 'ndi' ORDER BY ALL")
    assert found == [("all", "a"), ("all", "all"), ("north", "all")]


def test_bounds_are_those_worked_out_by_hand(ask: Ask) -> None:
    # Measured: 16, 2, 15, 2 and 20. Missing: from 30 (-20 to +30), from 5 (-45 to +5), without a baseline
    # (-50 to +50). Three of five judged improved, three are missing.
    found = ask(
        "SELECT n_started, n_measured, mean_change, worst_change, best_change, worst_share_improved, "
        "best_share_improved, why_not_weighted, weighted_change FROM agg_outcomes WHERE measure = 'ndi' "
        "AND horizon = 'latest' AND goal = 'all' AND program = 'all' AND month = 'all'"
    )
    assert found == [(8, 5, 11.0, -7.5, 17.5, 3 / 8, 6 / 8, "too_few", None)]


def test_a_domain_s_bounds_are_those_of_its_instruments_in_baseline_sds(ask: Ask) -> None:
    found = ask(
        "SELECT n_people, n_measured, completeness, worst_change * sd_baseline, best_change * sd_baseline "
        "FROM agg_domain JOIN dim_cell USING (condition, muscle_group, domain, horizon) "
        "WHERE condition = 'neck_pain' AND horizon = 'latest' AND program = 'all'"
    )
    assert found == [(8, 5, 5 / 8, pytest.approx(-7.5), pytest.approx(17.5))]


def test_with_everybody_measured_weighted_figures_are_the_observed_ones(ask: Ask) -> None:
    place = "horizon = 'week_12' AND program = 'all' AND condition = 'low_back_pain'"
    figures = "weighted_change, weighted_low, weighted_high, worst_change, n_effective, ci_low, ci_high"
    outcome = ask(
        f"SELECT mean_change, {figures} FROM agg_outcomes WHERE {place} AND goal = 'all' AND month = 'all'"
    )
    domain = ask(
        f"SELECT standardised_change, {figures} FROM agg_domain WHERE {place} AND muscle_group <> 'all'"
    )
    for ((observed, weighted, low, high, worst, effective, ci_low, ci_high),) in (outcome, domain):
        assert (weighted, low, high, worst) == pytest.approx((observed, ci_low, ci_high, observed))
        assert effective == pytest.approx(60)


def test_completeness_tells_all_clinics_and_each(ask: Ask) -> None:
    found = ask(
        "SELECT clinic, measure, n_started, n_measured, completeness FROM agg_completeness "
        "WHERE condition = 'neck_pain' AND muscle_group = 'neck_flexors' AND horizon = 'latest' ORDER BY ALL"
    )
    assert found == [
        (clinic, measure, 8, 5, 5 / 8) for clinic in ("all", "north") for measure in ("all", "ndi")
    ]
