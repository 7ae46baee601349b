import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.measures import scorers
from contracts.measures.registry import find
from contracts.measures.scorers import Item, Score


def test_odi_worked_case() -> None:
    assert scorers.odi([2, 1, 3, 2, 0, 4, 1, 2, 3, 2]) == Score("odi", 40.0, 10, 10)


def test_odi_denominator_falls_by_five_for_each_section_left_out() -> None:
    assert scorers.odi([2, 1, 3, 2, 0, 4, 1, 2, 3, None]).value == pytest.approx(100 * 18 / 45)
    assert scorers.odi([2, 1, 3, 2, 0, 4, 1, 2, None, None]).value == pytest.approx(100 * 15 / 40)
    assert scorers.odi([2, 1, 3, 2, 0, 4, 1, None, None, None]) == Score(
        "odi", None, 7, 10, "too_few_answered"
    )


def test_odi_takes_the_higher_of_two_boxes() -> None:
    twice = scorers.odi([(1, 3), 1, 3, 2, 0, 4, 1, 2, 3, ()])
    assert twice.value == pytest.approx(100 * 19 / 45)


def test_rmdq_counts_what_is_ticked() -> None:
    assert scorers.rmdq([True] * 9 + [False] * 15) == Score("rmdq", 9.0, 24, 24)
    assert scorers.rmdq([False] * 24).value == 0
    assert scorers.rmdq([False] * 24, administered=False).reason == "not_administered"
    assert scorers.rmdq([True] * 18).reason == "wrong_number_of_items"


def test_ndi_imputes_up_to_two_items_and_no_more() -> None:
    items: list[Item] = [3, 2, 4, 1, 2, 3, 2, 3, 2, 2]
    assert scorers.ndi(items).value == 24
    assert scorers.ndi([*items[:8], None, None]).value == pytest.approx(20 + 2 * 20 / 8)
    assert scorers.ndi([*items[:7], None, None, None]).reason == "too_few_answered"


def test_bctq_is_a_mean_of_four_fifths_of_its_items() -> None:
    assert scorers.bctq_sss([3] * 9 + [None] * 2) == Score("bctq_sss", 3.0, 9, 11)
    assert scorers.bctq_sss([3] * 8 + [None] * 3).reason == "too_few_answered"
    assert scorers.bctq_fss([1, 2, 3, 4, 5, 1, 2, None]).value == pytest.approx(18 / 7)
    assert scorers.bctq_fss([1, 2, 3, 4, 5, 1, None, None]).reason == "too_few_answered"


def test_dash_and_quickdash_need_nearly_all_items() -> None:
    assert scorers.dash([3] * 27 + [None] * 3).value == 50
    assert scorers.dash([3] * 26 + [None] * 4).reason == "too_few_answered"
    assert scorers.quickdash([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 3]).value == pytest.approx((33 / 11 - 1) * 25)
    assert scorers.quickdash([2] * 10 + [None]).value == 25
    assert scorers.quickdash([2] * 9 + [None] * 2).reason == "too_few_answered"


def test_lefs_is_prorated_for_two_missing_items() -> None:
    assert scorers.lefs([2] * 20).value == 40
    assert scorers.lefs([2] * 18 + [None] * 2).value == 40
    assert scorers.lefs([2] * 17 + [None] * 3).reason == "too_few_answered"


def test_observed_scales_impute_nothing() -> None:
    assert scorers.berg_balance([4] * 14).value == 56
    assert scorers.berg_balance([4] * 13 + [None]).reason == "too_few_answered"
    assert scorers.functional_gait([3] * 9 + [2]).value == 29
    assert scorers.functional_gait([3] * 9 + [None]).reason == "too_few_answered"


def test_tsk11_has_published_bands() -> None:
    assert scorers.tsk11([2] * 11).value == 22
    bands = [scorers.tsk11_band(value) for value in (22, 23, 28, 29, 35, 36)]
    assert bands == ["minimal", "low", "low", "moderate", "moderate", "high"]


def test_fabq_counts_its_scored_items_only() -> None:
    items: list[Item] = [6] * 16
    assert scorers.fabq(items).value == 66
    for number in (1, 8, 13, 14, 16):
        items[number - 1] = 0
    assert scorers.fabq(items).value == 66


def test_psfs_compares_the_same_activities() -> None:
    assert scorers.psfs({"a": 3, "b": 4, "c": 5}).value == 4
    assert scorers.psfs({"a": 3, "b": 4}).reason == "wrong_number_of_items"
    before, after = scorers.psfs_pair({"a": 3, "b": 4, "c": 5}, {"a": 7, "c": 9, "d": 1})
    assert (before.value, after.value, before.answered) == (4, 8, 2)
    assert scorers.psfs_pair({"a": 3}, {"b": 4})[0].reason == "incomplete"
    assert scorers.psfs({"a": 3, "b": 4, "c": 11}).reason == "item_out_of_range"


def test_y_balance_is_the_mean_reach_in_per_cent_of_the_limb() -> None:
    assert scorers.y_balance(60, 95, 85, 80).value == 100
    assert scorers.y_balance(60, None, 85, 80).reason == "incomplete"
    assert scorers.y_balance(60, 95, 85, None).reason == "incomplete"
    assert scorers.y_balance(60, 95, 85, 0).reason == "item_out_of_range"
    assert scorers.anterior_reach_differs(60, 64.5)
    assert not scorers.anterior_reach_differs(60, 64)


def test_timed_and_counted_tests() -> None:
    assert scorers.tug(9.8) == Score("tug", 9.8, 1, 1)
    assert scorers.tug(None).reason == "not_measured"
    assert scorers.tug(-1).reason == "item_out_of_range"
    assert scorers.chair_stand_30s(0).value == 0
    assert scorers.single_leg_stance([12.0, 50.0, None]).value == 45
    assert scorers.single_leg_stance([1, 2, 3, 4]).reason == "wrong_number_of_items"


def test_grip_is_the_mean_or_the_best_of_its_trials() -> None:
    assert scorers.grip_strength([20, 24, 22]).value == 22
    assert scorers.grip_strength([20, 24, 22], best=True).value == 24
    assert scorers.grip_strength([20, None, 23]).value == 21.5
    assert scorers.grip_strength([None, None]).reason == "not_measured"


def test_torque_needs_its_lever_arm() -> None:
    assert scorers.torque(200, 0.3).value == pytest.approx(60)
    assert scorers.torque(200, 0).reason == "item_out_of_range"


def test_the_two_scales_of_fabq_add_up_to_both() -> None:
    items: list[Item] = [1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2]
    parts = scorers.fabq_pa(items).value, scorers.fabq_w(items).value
    assert parts == (14, 21)
    assert scorers.fabq(items).value == sum(each or 0 for each in parts)
    assert scorers.fabq_w([*items[:15], None]).reason == "too_few_answered"


def test_anchor_and_screening_are_a_rating_and_a_count() -> None:
    assert scorers.grc(3).value == 3
    assert scorers.grc(8).reason == "item_out_of_range"
    assert scorers.dn4([1, 0, 1, 1, 0, 0, 1, 0, 0, 0]).value == 4
    assert scorers.dn4([1] * 9 + [None]).reason == "too_few_answered"


def test_what_a_contract_may_name_is_scored_by_its_own_rule() -> None:
    assert scorers.score_of("rmdq", [1, None, 0] + [1] * 3 + [None] * 18).value == 4
    assert scorers.score_of("rmdq", [None] * 24).reason == "not_administered"
    assert scorers.score_of("rmdq", [2] + [0] * 23).reason == "item_out_of_range"
    assert scorers.score_of("lefs", [3] * 20).value == 60


@pytest.mark.parametrize("measure", sorted(scorers.SCORERS))
def test_the_ends_of_the_items_give_the_ends_of_the_measure(measure: str) -> None:
    known = find(measure)
    assert known is not None
    assert known.items is not None
    ends = [scorers.score_of(measure, [end] * known.items).value for end in (known.item_low, known.item_high)]
    assert ends == [known.low, known.high]


@pytest.mark.parametrize("item", [-1, 6, math.nan, math.inf])
def test_a_number_that_no_item_can_have_gives_no_score(item: float) -> None:
    assert scorers.ndi([item] + [1] * 9) == Score("ndi", None, 10, 10, "item_out_of_range")
    assert scorers.nprs(11).reason == "item_out_of_range"
    assert scorers.nprs(None).reason == "too_few_answered"
    assert scorers.ndi([1] * 9).reason == "wrong_number_of_items"


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=10, max_size=10))
@settings(max_examples=60)
def test_a_score_lies_within_the_range_of_its_measure(items: list[Item]) -> None:
    for score in (scorers.odi(items), scorers.ndi(items)):
        measure = find(score.measure)
        assert measure is not None
        assert (score.value is None) == (score.reason is not None)
        assert score.value is None or measure.low <= score.value <= measure.high + 1e-9


@given(st.lists(st.integers(1, 5), min_size=11, max_size=11), st.integers(0, 10))
@settings(max_examples=60)
def test_one_missing_item_never_moves_a_score_beyond_what_the_item_could(
    items: list[int], left_out: int
) -> None:
    kept: list[Item] = [None if index == left_out else item for index, item in enumerate(items)]
    found = scorers.quickdash(kept).value
    possible = [scorers.quickdash([*items[:left_out], each, *items[left_out + 1 :]]).value for each in (1, 5)]
    assert found is not None
    assert possible[0] is not None
    assert possible[1] is not None
    assert possible[0] - 1e-9 <= found <= possible[1] + 1e-9
