"""The director's headline cards."""

from typing import Any

from dashboards import outcomes

ROW: dict[str, Any] = {
    "condition": "all", "muscle_group": "all", "domain": "strength", "standardised_change": 0.62,
    "ci_low": 0.5,
    "ci_high": 0.74, "n_measured": 210, "n_people": 250, "completeness": 0.84, "share_improved": 0.41,
    "share_low": 0.34, "share_high": 0.48, "n_classified": 200,
    "measures": ["Grip strength"],
}  # fmt: skip


def test_a_headline_never_travels_alone() -> None:
    drawn = outcomes.domain_card("strength", [ROW], 11)
    for words in (
        "+0.62",
        "+0.50 to +0.74",
        "210 of 250",
        "84 %",
        "41 % improved",
        "34 % to 48 %, of 200",
        "Grip strength",
    ):
        assert words in drawn


def test_a_hidden_headline_shows_no_number() -> None:
    hidden = ROW | dict.fromkeys(("standardised_change", "ci_low", "ci_high", "n_measured"))
    drawn = outcomes.domain_card("strength", [hidden], 11)
    assert "hidden" in drawn
    assert "210" not in drawn
    assert "41 %" not in drawn


def test_a_domain_without_anybody_says_so() -> None:
    assert "Nobody was measured" in outcomes.domain_card("balance", [ROW], 11)


def test_healthy_trainees_show_only_when_they_are_asked_for() -> None:
    asked = [(row, chosen, outcomes.counts({"condition": row}, chosen))
             for row in ("none", "neck_pain") for chosen in ("all", "none", "neck_pain")]  # fmt: skip
    assert [case for case in asked if case[2]] == [
        ("none", "none", True),
        ("neck_pain", "all", True),
        ("neck_pain", "neck_pain", True),
    ]


def test_instruments_bear_the_labels_of_the_release() -> None:
    (row,) = outcomes.named([{"measures": ["ndi", "odd"]}], [{"measure": "ndi", "label": "Neck index"}])
    assert row["measures"] == ["Neck index", "odd"]


def test_hidden_ends_make_no_interval() -> None:
    given = [{"ci_low": None, "ci_high": 1.0, "label": "Force", "unit": "N"}]
    (row,) = outcomes.with_interval(given)
    assert row["interval"] is None
    assert row["instrument"] == "Force (N)"
