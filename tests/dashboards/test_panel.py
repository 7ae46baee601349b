"""The pieces that pages are made of."""

import re

from dashboards import panel


def test_a_card_is_safe_and_shows_its_note() -> None:
    drawn = panel.card("<what>", "7", "with n", small="people")
    assert "&lt;what&gt;" in drawn
    assert "with n" in drawn
    assert "<small>people</small>" in drawn


def test_an_interval_strip_has_zero_in_the_middle_and_stays_on_the_line() -> None:
    drawn = panel.strip(0.0, -5.0, 5.0)
    assert 'class="zero" style="left:50%"' in drawn
    assert re.findall(r"left:([\d.]+)%;width:([\d.]+)%", drawn) == [("0.0", "100.0")]


def test_better_is_right() -> None:
    (spot,) = re.findall(r'class="point" style="left:([\d.]+)%"', panel.strip(1.0, 0.8, 1.2))
    assert float(spot) == 75.0
