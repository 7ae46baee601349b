"""The case-mix is a closed list, known at time zero, and missing values are a level of their own."""

import numpy as np
import pytest

from contracts.events import EpisodeOpened
from warehouse.effects.case_mix import (
    AT_BASELINE,
    AT_OPENING,
    COVARIATES,
    OF_THE_MEASURE,
    Words,
    curve,
    design_of,
    fold_of,
    words_of,
)
from warehouse.effects.protocol import KNOWN_AT_TIME_ZERO


def test_every_covariate_is_a_field_of_the_opening_or_of_the_baseline() -> None:
    assert set(AT_OPENING) <= set(EpisodeOpened.__struct_fields__)
    assert set(AT_BASELINE) == {"baseline", "baseline_pain"}
    assert set(COVARIATES) - set(OF_THE_MEASURE) - {"condition"} <= set(KNOWN_AT_TIME_ZERO)


@pytest.mark.parametrize("later", ["sessions_attended", "follow_up", "closed_at", "adherence_14d", "clinic"])
def test_what_is_known_only_after_time_zero_cannot_enter(later: str) -> None:
    with pytest.raises(ValueError, match=f"{later} is no covariate"):
        design_of({"baseline": np.arange(9.0), later: np.arange(9.0)})


def test_the_fold_is_the_patients_own_and_the_same_in_every_release() -> None:
    keys = [f"p{at}" for at in range(2000)]
    found = fold_of(keys)
    assert found[:6].tolist() == fold_of(keys[:6]).tolist()
    assert fold_of(["p7", "p7"])[0] == fold_of(["p7", "p7"])[1]
    assert fold_of(["p0", "p1", "p2"]).tolist() == [1, 2, 0]
    assert min(np.bincount(found, minlength=5)) > 300


def test_missing_words_are_a_level_and_rare_levels_are_joined() -> None:
    words = words_of(["public"] * 20 + ["private"] * 10 + [None] * 6 + ["a"] * 3 + ["b"] * 2)
    names, columns = design_of({"payer_class": words})
    assert names == ("payer_class: private", "payer_class: missing", "payer_class: few")
    assert columns.mean(axis=0) == pytest.approx([0, 0, 0])
    assert (columns[:, 1] > 0).sum() == 6
    assert (columns[:, 2] > 0).sum() == 5


def test_missing_numbers_have_an_indicator_and_stand_at_the_mean() -> None:
    values = np.array([1.0, 2.0, 3.0] * 5 + [np.nan] * 5)
    names, columns = design_of({"comorbidity_count": values})
    assert names == ("comorbidity_count", "comorbidity_count: missing")
    assert columns[-5:, 0] == pytest.approx([0.0] * 5)


def test_the_intake_score_bends_but_is_straight_beyond_the_outer_knots() -> None:
    values = np.linspace(-3, 3, 601)
    for bend in curve(values):
        assert np.abs(np.diff(bend[-20:], 2)).max() < 1e-9
        assert np.abs(bend[:20]).max() < 1e-12
        assert np.abs(np.diff(bend, 2)).max() > 1e-6


def test_every_condition_has_its_own_slope_of_the_intake_score() -> None:
    rng = np.random.default_rng(1)
    names, _ = design_of(
        {"baseline": rng.normal(size=60), "condition": Words(rng.integers(0, 2, 60), ("neck", "back"))}
    )
    assert [name for name in names if name.startswith("baseline in condition: ")] != []


def test_scores_that_are_all_alike_add_no_column() -> None:
    names, columns = design_of({"baseline": np.full(30, 4.0)})
    assert (names, columns.shape) == ((), (30, 0))
