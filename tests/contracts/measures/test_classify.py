import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.measures.classify import (
    KINDS,
    Classification,
    at_limit,
    classify,
    improvement,
    row_for,
    rows_for,
)
from contracts.measures.registry import REGISTRY_VERSION, Measure, find, measures, thresholds
from contracts.vocabulary import CONDITIONS, MUSCLE_GROUPS

DEVICES = {
    "muscle_strength": "hand_held_dynamometer",
    "muscle_torque": "hand_held_dynamometer",
    "grip_strength": "grip_dynamometer",
}
FROM_WORST = ("deteriorated", "unchanged", "detectable", "probable", "improved")


def known(measure: str) -> Measure:
    found = find(measure)
    assert found is not None
    return found


def kind(
    measure: str, condition: str | None, baseline: float | None, follow_up: float | None, **more: object
) -> str:
    same_rater, device, muscle = more.get("same_rater"), more.get("device"), more.get("muscle")
    return classify(measure, condition, baseline, follow_up, same_rater, device, muscle).kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "condition", "baseline", "follow_up", "expected"),
    [
        # RMDQ in back pain: 5 points or 30 % of the baseline, whichever is more; error 5.
        ("rmdq", "low_back_pain", 15, 10, "improved"),
        ("rmdq", "low_back_pain", 15, 11, "unchanged"),
        ("rmdq", "low_back_pain", 20, 15, "detectable"),
        ("rmdq", "low_back_pain", 20, 14, "improved"),
        ("rmdq", "low_back_pain", 15, 20, "deteriorated"),
        ("rmdq", "low_back_pain", 4, 0, "ineligible"),
        # NDI: important from 7.5, real from 10.2.
        ("ndi", "neck_pain", 25, 14.8, "improved"),
        ("ndi", "neck_pain", 25, 17.5, "probable"),
        ("ndi", "neck_pain", 25, 17.6, "unchanged"),
        ("ndi", "neck_pain", 25, 35.2, "deteriorated"),
        # NPRS in back pain by baseline: 1, 2 (or 30 %), 4; error 1.77.
        ("nprs", "low_back_pain", 4, 2, "improved"),
        ("nprs", "low_back_pain", 4, 3, "probable"),
        ("nprs", "low_back_pain", 6, 4, "improved"),
        ("nprs", "low_back_pain", 7, 5, "detectable"),
        ("nprs", "low_back_pain", 7, 4, "improved"),
        ("nprs", "low_back_pain", 9, 6, "detectable"),
        ("nprs", "low_back_pain", 9, 5, "improved"),
        # Berg has no importance threshold: detectable is the best class; error by baseline.
        ("berg_balance", "post_surgical", 20, 25, "detectable"),
        ("berg_balance", "post_surgical", 30, 36, "unchanged"),
        ("berg_balance", "post_surgical", 30, 37, "detectable"),
        ("berg_balance", "post_surgical", 44, 49, "detectable"),
        ("berg_balance", "post_surgical", 45, 49, "detectable"),
        ("berg_balance", "post_surgical", 45, 41, "deteriorated"),
        ("berg_balance", "post_surgical", 54, 56, "ineligible"),
        # LEFS: higher is better.
        ("lefs", "post_injury", 40, 49, "improved"),
        ("lefs", "post_injury", 40, 48, "unchanged"),
        ("lefs", "post_injury", 72, 80, "ineligible"),
        # PSFS has a verified importance threshold only: probable is the best class.
        ("psfs", "repetitive_strain_injury", 3, 9, "probable"),
        ("psfs", "repetitive_strain_injury", 3, 4.9, "unchanged"),
        ("psfs", "repetitive_strain_injury", 5, 3, "deteriorated"),
    ],
)
def test_worked_cases(measure: str, condition: str, baseline: float, follow_up: float, expected: str) -> None:
    assert kind(measure, condition, baseline, follow_up) == expected


def test_a_classification_records_its_row_its_limits_and_the_registry() -> None:
    found = classify("rmdq", "low_back_pain", 20.0, 10.0, None, "questionnaire")
    assert found == Classification("improved", "rmdq.back", REGISTRY_VERSION, 5.0, 6.0)


@pytest.mark.parametrize(("baseline", "follow_up"), [(None, 3.0), (3.0, None), (None, None), (math.nan, 3.0)])
def test_one_score_is_unknown_and_never_no_change(baseline: float | None, follow_up: float | None) -> None:
    assert kind("rmdq", "low_back_pain", baseline, follow_up) == "unknown"
    assert kind("chair_stand_30s", "low_back_pain", baseline, follow_up) == "unknown"


@pytest.mark.parametrize(
    ("measure", "condition"),
    [
        ("chair_stand_30s", "low_back_pain"),  # only read nowhere
        ("strength_score", "none"),
        ("y_balance", "post_injury"),
        ("single_leg_stance", "post_injury"),  # verified, but too noisy to classify anybody
        ("mmt", "post_injury"),
        ("rmdq", "neck_pain"),  # a row for other people only
        ("rmdq", None),
        ("phrenology", "neck_pain"),
    ],
)
def test_without_a_verified_row_for_such_a_person_nobody_is_classified(
    measure: str, condition: str | None
) -> None:
    found = classify(measure, condition, 10.0, 2.0, None, None)
    assert (found.kind, found.row, found.mdc, found.mcid) == ("not_classified", None, None, None)


def test_unverified_rows_are_never_used() -> None:
    unverified = {row.row for row in thresholds() if row.status == "unverified"}
    used = {
        found.row
        for each in measures()
        for condition in (*CONDITIONS, None)
        for muscle in MUSCLE_GROUPS
        if (found := row_for(each.measure, condition, (each.low + each.high) / 2, None, muscle)) is not None
    }
    assert used
    assert used & unverified == set()


def test_two_raters_need_a_larger_change_than_one() -> None:
    def knee(same_rater: bool | None) -> str:
        return kind("range_of_motion", "post_surgical", 90, 98, same_rater=same_rater, muscle="quadriceps")

    assert (knee(True), knee(False), knee(None)) == ("detectable", "unchanged", "unchanged")
    assert kind("tug", "post_surgical", 12, 10.88, same_rater=True) == "detectable"
    assert kind("tug", "post_surgical", 12, 10.88, same_rater=False) == "unchanged"


def test_strength_by_hand_held_dynamometer_is_held_to_a_share_of_its_baseline() -> None:
    def quadriceps(follow_up: float, **more: object) -> str:
        device = more.pop("device", "hand_held_dynamometer")
        return kind(
            "muscle_strength", "post_surgical", 200, follow_up, device=device, muscle="quadriceps", **more
        )

    assert quadriceps(268) == "detectable"
    assert quadriceps(266) == "unchanged"
    assert quadriceps(249, same_rater=True) == "detectable"
    assert quadriceps(268, device="isokinetic_dynamometer") == "not_classified"


def test_a_share_of_nothing_is_no_limit_but_the_amount_beside_it_is() -> None:
    def from_nothing(muscle: str, follow_up: float) -> str:
        device = "hand_held_dynamometer"
        return kind("muscle_strength", "post_injury", 0, follow_up, device=device, muscle=muscle)

    assert from_nothing("plantar_flexors", 0) == from_nothing("plantar_flexors", 50) == "not_classified"
    assert from_nothing("quadriceps", 0) == from_nothing("quadriceps", 36) == "unchanged"
    assert from_nothing("quadriceps", 37) == "detectable"


def test_a_row_for_one_joint_is_not_used_for_another() -> None:
    assert kind("range_of_motion", "post_surgical", 90, 98, same_rater=True) == "not_classified"
    assert kind("range_of_motion", "neck_pain", 50, 60, muscle="neck_flexors") == "not_classified"
    assert kind("range_of_motion", "limited_joint_mobility", 90, 115, muscle="rotator_cuff") == "detectable"


def test_the_most_specific_row_decides() -> None:
    shoulder = classify("nprs", "post_injury", 6.0, 3.0, None, None, "deltoid")
    elsewhere = classify("nprs", "post_injury", 6.0, 3.0, None, None, "hamstrings")
    assert (shoulder.row, elsewhere.row) == ("nprs.shoulder", "nprs.chronic")


def test_decimal_noise_does_not_take_a_change_below_its_limit() -> None:
    assert 2.05 - 1.01 < 1.04
    assert kind("bctq_sss", "carpal_tunnel", 2.05, 1.01) == "improved"


def test_improvement_is_positive_when_the_person_is_better() -> None:
    assert improvement(known("rmdq"), 15, 10) == 5
    assert improvement(known("lefs"), 40, 49) == 9


@st.composite
def cases(draw: st.DrawFn) -> tuple[Measure, str, str, bool, float, float, float]:
    rows = [row for row in thresholds() if row.status == "verified" and known(row.measure).classifies]
    row = draw(st.sampled_from(rows))
    measure = known(row.measure)
    value = st.floats(measure.low, measure.high)
    condition = draw(st.sampled_from(row.conditions or CONDITIONS))
    muscle = draw(st.sampled_from(row.muscle_groups or MUSCLE_GROUPS))
    return measure, condition, muscle, draw(st.booleans()), draw(value), draw(value), draw(value)


@given(cases())
@settings(max_examples=60)
def test_a_larger_improvement_is_never_a_worse_class(
    case: tuple[Measure, str, str, bool, float, float, float],
) -> None:
    measure, condition, muscle, same_rater, baseline, one, other = case
    device = {"muscle_strength": "hand_held_dynamometer", "grip_strength": "grip_dynamometer"}.get(
        measure.measure
    )
    smaller, larger = sorted((one, other), key=lambda value: improvement(measure, baseline, value))
    kinds = [
        classify(measure.measure, condition, baseline, follow_up, same_rater, device, muscle).kind
        for follow_up in (smaller, larger)
    ]
    assert set(kinds) <= set(KINDS)
    if "ineligible" in kinds or "not_classified" in kinds:
        assert len(set(kinds)) == 1
    else:
        assert FROM_WORST.index(kinds[0]) <= FROM_WORST.index(kinds[1])


@given(cases())
@settings(max_examples=60)
def test_the_same_values_are_never_a_change(
    case: tuple[Measure, str, str, bool, float, float, float],
) -> None:
    measure, condition, muscle, same_rater, baseline, *_ = case
    device = DEVICES.get(measure.measure)
    found = classify(measure.measure, condition, baseline, baseline, same_rater, device, muscle)
    assert found.kind in ("unchanged", "ineligible", "not_classified")


def test_an_alternative_value_classifies_nobody() -> None:
    rows = rows_for("ndi", "neck_pain", 25, None, None)
    assert {row.row for row in rows} == {
        "ndi.neck",
        "ndi.neck.cleland",
        "ndi.neck.lowest",
        "ndi.radiculopathy",
    }
    used = row_for("ndi", "neck_pain", 25, None, None)
    assert used is not None
    assert used.row == "ndi.neck"
    assert rows_for("single_leg_stance", "post_injury", 10, None, None) == ()


def test_an_alternative_value_classifies_nobody_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = tuple(reversed(thresholds("ndi")))
    monkeypatch.setattr("contracts.measures.classify.thresholds", lambda measure: turned)
    assert classify("ndi", "neck_pain", 25, 17, None, None).row == "ndi.neck"


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [("lefs", 80, "ceiling"), ("lefs", 0, "floor"), ("nprs", 0.0, "floor"),
     ("bctq_sss", 1.0 + 1e-12, "floor"), ("lefs", 79, None), ("lefs", None, None),
     ("lefs", math.nan, None), ("phrenology", 0, None)],
)  # fmt: skip
def test_the_first_and_the_last_possible_value_are_floor_and_ceiling(
    measure: str, value: float | None, expected: str | None
) -> None:
    assert at_limit(measure, value) == expected
