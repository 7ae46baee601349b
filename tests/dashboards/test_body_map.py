"""The body map: colours, hatches, labels and words."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest

from contracts.vocabulary import MUSCLE_GROUPS
from dashboards.body_map import LINE, _spread, body_map, describe
from dashboards.palette import step_of

SVG = "{http://www.w3.org/2000/svg}"


def row(group: str, change: float | None, n: int | None = 40) -> dict[str, Any]:
    return {
        "muscle_group": group,
        "standardised_change": change,
        "n_measured": n,
        "hidden": change is None,
    } | {
        "ci_low": None if change is None else change - 0.1,
        "ci_high": None if change is None else change + 0.1,
    }


def fills(svg: str) -> dict[str, set[str]]:
    """The fills of each muscle group, by the name that its title begins with."""
    found: dict[str, set[str]] = {}
    for path in ET.fromstring(svg).iter(f"{SVG}path"):  # noqa: S314
        title = path.find(f"{SVG}title")
        if title is not None and title.text:
            found.setdefault(title.text.split(":")[0], set()).add(path.attrib["fill"])
    return found


def test_every_muscle_group_of_the_vocabulary_is_on_the_body() -> None:
    names = fills(body_map([], "strength"))
    assert len(names) == len(MUSCLE_GROUPS)


@pytest.mark.parametrize("change", [-1.0, -0.3, 0.0, 0.3, 0.6, 1.4])
def test_a_group_has_the_colour_of_its_change(change: float) -> None:
    drawn = fills(body_map([row("quadriceps", change)], "strength"))
    assert drawn["Quadriceps"] == {step_of(change).colour}


def test_hidden_groups_and_groups_without_anybody_are_hatched_differently() -> None:
    drawn = fills(body_map([row("quadriceps", None, None)], "strength"))
    assert drawn["Quadriceps"] == {"url(#few)"}
    assert drawn["Hamstrings"] == {"url(#nothing)"}


def test_a_hidden_group_tells_no_number() -> None:
    svg = body_map([row("quadriceps", None, None)], "strength")
    assert "Quadriceps: hidden" in svg
    assert re.search(r"n = \d", svg) is None


def test_the_picture_is_described_in_words() -> None:
    rows = [row("quadriceps", 0.2), row("hamstrings", 0.9), row("deltoid", None)]
    said = describe(rows, "strength")
    assert "Hamstrings +0.90; Quadriceps +0.20." in said
    assert "1 muscle groups are hidden" in said
    assert f'aria-label="{said}"' in body_map(rows, "strength")


def test_labels_never_overlap() -> None:
    placed = _spread([100.0, 101.0, 102.0, 590.0, 600.0])
    assert all(later - earlier >= LINE for earlier, later in pairwise(placed))


def test_text_from_outside_cannot_break_out_of_the_picture() -> None:
    ET.fromstring(body_map([], '"><script>'))  # noqa: S314
    assert "<script" not in body_map([], '"><script>')
