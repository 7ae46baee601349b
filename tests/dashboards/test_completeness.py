"""What stands beside an outcome because people are missing: told in words, and hidden where it would tell."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import completeness, guarded

Row = dict[str, Any]


def domain(condition: str, group: str, started: int, measured: int) -> Row:
    return {
        "condition": condition, "muscle_group": group, "domain": "strength", "n_people": started,
        "n_measured": measured, "standardised_change": 0.5, "ci_low": 0.4, "ci_high": 0.6,
        "n_improved": measured // 2, "n_classified": measured, "measures": ["grip_strength"],
    }  # fmt: skip


def completed(condition: str, group: str, started: int, measured: int, **more: Any) -> Row:
    return {
        "condition": condition, "muscle_group": group, "domain": "strength", "measure": "all",
        "method": "all", "device_class": "all", "n_started": started, "n_measured": measured,
        "weighted_change": 0.45, "weighted_low": 0.3, "weighted_high": 0.6, "n_effective": 41.7,
        "why_not_weighted": None, "worst_change": -0.4, "best_change": 1.2,
        "weighted_share_improved": 0.478, "worst_share_improved": 0.4, "best_share_improved": 0.6,
    } | more  # fmt: skip


def shown(people: dict[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], Row]:
    rows = guarded.domains([domain(*cell, *sizes) for cell, sizes in people.items()], 11)
    found = completeness.of_domains(rows, [completed(*cell, *n) for cell, n in people.items()], 11)
    return {(row["condition"], row["muscle_group"]): row for row in found}


def test_the_weighted_figure_and_the_bounds_stand_beside_the_outcome() -> None:
    row = shown({("all", "all"): (100, 60)})["all", "all"]
    assert (row["weighted_change"], row["bounds"], row["n_effective"]) == (0.45, (-0.4, 1.2), 42)
    assert (row["weighted_share_improved"], row["best_share_improved"]) == (0.48, 0.6)
    words = completeness.words(row)
    assert "If those not measured fared like people who started alike: +0.45 (+0.30 to +0.60)" in words
    assert "Whatever became of them: −0.40 to +1.20, 40 % to 60 % improved" in words


def test_where_nothing_is_weighted_it_says_why() -> None:
    (row,) = completeness.of_domains(
        guarded.domains([domain("all", "all", 100, 60)], 11),
        [completed("all", "all", 100, 60, weighted_change=None, why_not_weighted="never_measured")],
        11,
    )
    assert "Not corrected for those not measured: of some kinds of people nobody was" in completeness.words(
        row
    )


def test_a_small_group_hides_its_weighted_figure_and_its_bounds_too() -> None:
    row = shown({("all", "all"): (30, 10)})["all", "all"]
    assert [row[name] for name in (*completeness.WEIGHTED, *completeness.BOUNDS, *completeness.SHARES)] == (
        [None] * 9
    )
    assert "hidden" in completeness.words(row)


def test_where_few_are_missing_the_bounds_would_tell_of_them_and_are_hidden() -> None:
    row = shown({("all", "all"): (100, 95)})["all", "all"]
    assert row["worst_change"] is None and row["worst_share_improved"] is None
    assert row["weighted_change"] == 0.45 and row["weighted_share_improved"] == 0.48
    assert "worst_change" in row["hides"] and "bounds" in row["hides"]
    assert shown({("all", "all"): (100, 100)})["all", "all"]["worst_change"] is not None


def test_bounds_of_few_missing_people_cannot_be_computed_from_the_other_groups() -> None:
    people = {
        ("post_injury", "quadriceps"): (90, 60),
        ("post_injury", "hamstrings"): (80, 60),
        ("post_injury", "hip_abductors"): (44, 40),
    }
    whole = (214, 160)
    rows = shown(
        people
        | {("all", group): sizes for (_, group), sizes in people.items()}
        | {("post_injury", "all"): whole, ("all", "all"): whole}
    )
    for condition in ("post_injury", "all"):
        silent = [group for _, group in people if rows[condition, group]["bounds"] is None]
        assert "hip_abductors" in silent
        assert len(silent) >= 2
    assert rows["all", "all"]["bounds"] is not None


def test_what_the_domain_keeps_silent_its_instrument_does_not_tell() -> None:
    instrument = {"measure": "grip", "method": "m", "device_class": "d"}
    domains = [domain("neck_pain", "neck_flexors", 100, 60) | {"hides": ("worst_change",)}]
    row = domain("neck_pain", "neck_flexors", 100, 60) | instrument
    row |= {"hidden": False, "hides": (), "share_improved": 0.5}
    found = [completed("neck_pain", "neck_flexors", 100, 60) | instrument]
    assert completeness.of_outcomes([row], found, domains, 11)[0]["bounds"] is None
    assert completeness.of_outcomes([row], found, [], 11)[0]["bounds"] is not None


def test_few_missing_people_of_one_instrument_hide_its_bounds_by_themselves() -> None:
    instrument = {"measure": "grip", "method": "m", "device_class": "d"}
    row = domain("neck_pain", "neck_flexors", 64, 60) | instrument
    row |= {"hidden": False, "hides": (), "share_improved": 0.5}
    found = [completed("neck_pain", "neck_flexors", 64, 60) | instrument]
    (told,) = completeness.of_outcomes([row], found, [], 11)
    assert told["bounds"] is None and told["best_share_improved"] is None
    assert told["weighted_change"] == 0.45


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5))
def test_bounds_are_never_of_few_missing_people(sizes: list[tuple[int, int]]) -> None:
    groups = {("neck_pain", f"g{at}"): (n + gone, n) for at, (n, gone) in enumerate(sizes)}
    total = (sum(a for a, _ in groups.values()), sum(b for _, b in groups.values()))
    for cell, row in shown(groups | {("neck_pain", "all"): total}).items():
        started, measured = (groups | {("neck_pain", "all"): total})[cell]
        if 0 < started - measured < 11 or 0 < measured < 11:
            assert row["bounds"] is None and row["worst_share_improved"] is None


@pytest.mark.parametrize("why", completeness.WHY_NOT)
def test_every_reason_has_words(why: str) -> None:
    row = completed("all", "all", 90, 60, weighted_change=None, why_not_weighted=why)
    assert completeness.WHY_NOT[why] in completeness.words(row)
