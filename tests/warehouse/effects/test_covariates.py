"""The case-mix becomes columns that stand for groups of people, never for one person."""

import numpy as np
import pytest

from warehouse.effects.covariates import design_of, is_missing, standardised


def test_numbers_are_standardised_and_gaps_marked() -> None:
    values = [1.0, 2.0, 3.0, None, None, None, float("nan"), None, 2.0, 2.0]
    design = design_of({"baseline": values}, ["baseline"])
    assert design.names == ("baseline", "baseline: missing")
    assert design.columns[:, 0].mean() == pytest.approx(0)
    assert design.columns[:, 1].sum() == 5


def test_words_become_indicators_of_all_levels_but_the_most_frequent() -> None:
    values = ["mild"] * 6 + ["severe"] * 8 + [None] * 5
    design = design_of({"severity": values}, ["severity"])
    assert design.names == ("severity: mild", "severity: missing")


def test_rare_levels_are_joined_and_a_level_of_few_people_is_no_column() -> None:
    values = ["female"] * 10 + ["male"] * 9 + ["other"] * 3 + ["unknown"] * 2
    assert design_of({"sex": values}, ["sex"]).names == ("sex: male", "sex: few")
    assert design_of({"sex": values[:20]}, ["sex"]).names == ("sex: male",)


def test_truth_values_read_as_yes_and_no() -> None:
    values = [True] * 6 + [np.bool_(False)] * 7
    assert design_of({"prior_surgery": values}, ["prior_surgery"]).names == ("prior_surgery: yes",)


def test_what_does_not_vary_is_no_column() -> None:
    design = design_of({"clinic": ["riverside"] * 12, "baseline": [3.0] * 12}, ["clinic", "baseline"])
    assert design.names == ()
    assert design.columns.shape == (12, 0)


def test_standardising_a_constant_gives_zeros() -> None:
    assert standardised(np.full(4, 7.0)).tolist() == [0, 0, 0, 0]


def test_nothing_and_not_a_number_are_missing() -> None:
    assert is_missing(None)
    assert is_missing(float("nan"))
    assert not is_missing(0)
