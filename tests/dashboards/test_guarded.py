"""Small groups stay hidden on their way out, also by subtraction."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import guarded, marts, questions
from dashboards.access import Scope
from dashboards.marts import Release

DIRECTOR = Scope("director")


def domain_row(condition: str, group: str, n: int, improved: int = 0) -> dict[str, Any]:
    return {
        "condition": condition, "muscle_group": group, "domain": "strength", "n_people": n, "n_measured": n,
        "standardised_change": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n_improved": improved, "n_classified": n,
        "measures": ["grip_strength"],
    }  # fmt: skip


def outcome_row(group: str, n: int, **more: Any) -> dict[str, Any]:
    return {
        "condition": "neck_pain", "muscle_group": group, "measure": "ndi", "method": "self_report",
        "device_class": "questionnaire", "domain": "function", "label": "NDI", "unit": "score",
        "n_started": n + 2,
        "n_baseline": n, "n_measured": n, "mean_change": 1.0, "sd_change": 2.0, "ci_low": None,
        "ci_high": None, "judged": True,
        "n_improved": 12, "n_probable": 0, "n_detectable": 0, "n_unchanged": n - 12,
        "n_deteriorated": 0,
    } | more  # fmt: skip


def test_a_small_group_is_hidden_with_everything_that_tells_of_it() -> None:
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 10)], 11)
    assert row["hidden"]
    told = ("n_measured", "mean_change", "ci_low", "ci_high", "n_improved", "share_improved", "completeness")
    assert [row[name] for name in told] == [None] * len(told)
    (shown,) = guarded.outcomes([outcome_row("neck_flexors", 11, n_unchanged=0, n_improved=11)], 11)
    assert not shown["hidden"]
    assert shown["n_measured"] == 11


def test_a_hidden_group_cannot_be_computed_from_its_siblings_and_the_headline() -> None:
    sizes = {"quadriceps": 40, "hamstrings": 30, "hip_abductors": 5}
    rows = [domain_row("post_injury", group, n) for group, n in sizes.items()]
    rows += [domain_row("all", group, n) for group, n in sizes.items()]
    rows += [domain_row("all", "all", 75), domain_row("post_injury", "all", 75)]
    shown = {(row["condition"], row["muscle_group"]): row["n_measured"] for row in guarded.domains(rows, 11)}
    assert shown["all", "all"] == 75
    for condition in ("all", "post_injury"):
        hidden = [group for group in sizes if shown[condition, group] is None]
        assert "hip_abductors" in hidden
        assert len(hidden) >= 2


def test_the_headlines_share_is_told_while_a_small_one_stays_hidden() -> None:
    improved = {"quadriceps": 20, "hamstrings": 15, "hip_abductors": 3}
    rows = [domain_row("post_injury", group, 40, n) for group, n in improved.items()]
    rows += [domain_row("all", group, 40, n) for group, n in improved.items()]
    rows += [domain_row("all", "all", 120, 38), domain_row("post_injury", "all", 120, 38)]
    shown = {(row["condition"], row["muscle_group"]): row for row in guarded.domains(rows, 11)}
    # Wilson's interval of 38 of 120 is 0.240 to 0.404.
    headline = shown["all", "all"]
    assert (headline["share_improved"], headline["share_low"], headline["share_high"]) == (0.32, 0.24, 0.4)
    assert all(row["share_low"] is None for row in shown.values() if row["share_improved"] is None)
    for condition in ("all", "post_injury"):
        silent = [group for group in improved if shown[condition, group]["n_improved"] is None]
        assert "hip_abductors" in silent
        assert len(silent) >= 2
    assert all(row["n_measured"] is not None for row in shown.values())


def test_the_headline_is_hidden_when_it_is_small_itself() -> None:
    (row,) = guarded.domains([domain_row("all", "all", 9)], 11)
    assert row["hidden"]
    assert row["standardised_change"] is None


def test_what_one_table_hides_the_other_one_does_not_give_away() -> None:
    hidden = domain_row("neck_pain", "neck_flexors", 40) | {"domain": "function", "hidden": True}
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 40)], 11, [hidden])
    assert row["hidden"]
    assert row["n_measured"] is None


def test_a_share_that_one_table_hides_the_other_one_does_not_give_away() -> None:
    silent = domain_row("neck_pain", "neck_flexors", 40) | {"domain": "function", "hidden": False}
    silent |= {"hides": ("n_improved", "share_improved", "n_classified")}
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 40)], 11, [silent])
    assert (row["n_improved"], row["n_classified"], row["share_improved"]) == (None, None, None)
    assert row["mean_change"] == 1.0


def test_few_improved_people_are_hidden_while_the_mean_stays() -> None:
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 40, n_improved=3, n_unchanged=37)], 11)
    assert row["mean_change"] == 1.0
    assert (row["n_improved"], row["share_improved"]) == (None, None)


def test_a_hidden_share_is_told_apart_from_one_that_nobody_can_know() -> None:
    few = outcome_row("neck_flexors", 40, n_improved=3, n_unchanged=37)
    unjudged = outcome_row("neck_flexors", 40, judged=False)
    assert "share_improved" in guarded.outcomes([few], 11)[0]["hides"]
    assert guarded.outcomes([unjudged], 11)[0]["hides"] == ()


def test_few_who_did_not_improve_are_hidden_too() -> None:
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 40, n_improved=37, n_unchanged=3)], 11)
    assert (row["n_improved"], row["share_improved"]) == (None, None)


def test_without_a_threshold_nobody_is_said_to_have_improved() -> None:
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 40, judged=False)], 11)
    assert (row["n_improved"], row["n_classified"], row["share_improved"]) == (None, None, None)


def test_an_interval_that_the_question_left_open_is_students() -> None:
    (row,) = guarded.outcomes([outcome_row("neck_flexors", 16)], 11)
    assert row["ci_low"] == pytest.approx(1.0 - 2.1314495 * 2.0 / 4)
    assert row["ci_high"] == pytest.approx(1.0 + 2.1314495 * 2.0 / 4)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=5), st.integers(2, 15))
@settings(max_examples=40, deadline=None)
def test_no_small_number_of_people_ever_leaves(sizes: list[int], minimum: int) -> None:
    rows = [domain_row("neck_pain", f"group_{spot}", n, n // 2) for spot, n in enumerate(sizes)]
    rows.append(domain_row("neck_pain", "all", sum(sizes), sum(n // 2 for n in sizes)))
    for row in guarded.domains(rows, minimum):
        for name in ("n_people", "n_measured", "n_improved", "n_classified"):
            assert row[name] is None or row[name] == 0 or row[name] >= minimum


def test_the_release_hides_its_thin_cell_in_every_table(release: Release) -> None:
    domains = guarded.domains(marts.rows(release, DIRECTOR, questions.DOMAINS, horizon="latest"), 11)
    found = guarded.outcomes(marts.rows(release, DIRECTOR, questions.OUTCOMES, horizon="latest"), 11, domains)
    for rows in (domains, found):
        thin = [row for row in rows if row["condition"] == "repetitive_strain_injury"]
        assert thin
        assert all(row["hidden"] and row["n_measured"] is None for row in thin)


def test_months_of_one_clinic_stay_visible_beside_a_small_one() -> None:
    sizes = {"2026-01": 30, "2026-02": 25, "2026-03": 20, "2026-04": 4}
    rows = [
        {"clinic": "harbour", "month": month, "n_started": n, "n_measured": n, "n_classified": n}
        | {"n_improved": 0, "standardised_change": 0.4, "ci_low": 0.2, "ci_high": 0.6}
        for month, n in sizes.items()
    ]
    shown = {row["month"]: row["n_measured"] for row in guarded.months(rows, 11)}
    assert shown["2026-04"] is None
    assert sum(value is None for value in shown.values()) == 2


def cohort_row(program: str, severity: str, age: str) -> dict[str, Any]:
    return {"program": program, "severity": severity, "age_band": age, "baseline": 1.0, "follow_up": 2.0}


def test_a_filter_that_leaves_few_people_or_others_few_is_refused() -> None:
    rows = [cohort_row(p, s, "30-39") for p in ("a", "b") for s in ("mild", "severe") for _ in range(20)]
    assert guarded.may_filter(rows, {"severity": "mild", "age_band": "all"}, 11)
    rows += [cohort_row("a", "moderate", "30-39")] * 3
    assert guarded.may_filter(rows, {"severity": "all", "age_band": "all"}, 11)
    assert not guarded.may_filter(rows, {"severity": "moderate", "age_band": "all"}, 11)
    both = [
        guarded.may_filter(rows, {"severity": each, "age_band": "all"}, 11) for each in ("mild", "severe")
    ]
    assert both != [True, True]
