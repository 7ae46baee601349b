"""The picture shows each domain at its place, says what is hidden, and is the same for the same figures."""

import re
from typing import Any

from infra.release_chart import chart, words

STRENGTH: dict[str, Any] = {"domain": "strength", "standardised_change": 0.6, "ci_low": 0.5, "ci_high": 0.7}
PAIN = STRENGTH | {"domain": "pain", "standardised_change": -0.3, "ci_low": -0.5, "ci_high": -0.1}
SILENT = dict.fromkeys(("standardised_change", "ci_low", "ci_high"))


def test_better_stands_right_of_worse_and_zero_between() -> None:
    drawn = chart([STRENGTH, PAIN], "Change")
    better, worse = (float(each) for each in re.findall(r'<circle cx="([\d.]+)"', drawn))
    (zero,) = re.findall(r'<line x1="([\d.]+)" x2="[\d.]+" y1="\d+" y2="\d+" stroke="#1d2a28"/>', drawn)
    assert worse < float(zero) < better
    assert chart([STRENGTH, PAIN], "Change") == drawn


def test_a_hidden_domain_is_told_and_not_drawn() -> None:
    drawn = chart([STRENGTH | SILENT], "Change")
    assert "hidden, or nobody measured" in drawn
    assert "<circle" not in drawn
    assert words([STRENGTH | SILENT, PAIN], "Change") == "Change: Strength hidden, Pain −0.30 SD."


def test_without_domains_there_is_no_picture() -> None:
    assert chart([], "Change") == ""
