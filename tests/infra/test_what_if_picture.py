import re
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from demo_patients import small_states

from infra.what_if import OWN, Tried
from infra.what_if_picture import HEIGHT, WIDTH, in_words, picture
from streams.progression.derive import released
from streams.progression.policy import rules_of
from streams.progression.what_if import compare, weeks

SVG = "{http://www.w3.org/2000/svg}"


@cache
def tried(people: int = 60) -> Tried:
    found = compare(
        small_states()[:people],
        released,
        lambda _program, condition, track: rules_of("neck_low_back_pain", 1, condition, track[0]),
    )
    return Tried("neck_low_back_pain version 1", OWN, "a proposal", "stores", (), found, weeks(found))


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (our own picture)


def texts(drawn: str) -> list[str]:
    return ["".join(each.itertext()) for each in parsed(drawn).iter(f"{SVG}text")]


def test_it_is_an_image_with_a_title_and_words_for_who_cannot_see_it() -> None:
    root = parsed(picture(tried()))
    assert root.get("role") == "img"
    labels = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert [each.get("id") for each in labels if each is not None] == (
        root.get("aria-labelledby") or ""
    ).split()
    assert in_words(tried()) in picture(tried()).replace("&#x27;", "'")


def test_it_says_how_many_and_as_of_when() -> None:
    found, said = tried().differences, " ".join(texts(picture(tried())))
    assert f"n = {found.tracks:,} tracks of {found.patients:,} patients" in said
    assert re.search(r"as of \d+ [A-Z][a-z]{2} 2026", said)
    for name, words in (("lower", "would stand lower"), ("higher", "would stand higher")):
        assert f"{words}: {found.now[name]}" in said  # type: ignore[index]
    assert "against the policy of each program · all conditions" in said


def test_every_band_and_every_stage_has_its_count() -> None:
    found, drawn = tried().differences, picture(tried())
    bands = re.findall(r"<title>(\d+) tracks: (S\d) as it is, (S\d) under the tried policy</title>", drawn)
    cells = {
        (f"S{here}", f"S{there}"): count
        for here, row in enumerate(found.stages)
        for there, count in enumerate(row)
        if count
    }
    assert {(here, there): int(count) for count, here, there in bands} == cells
    assert f"S0 single joint {sum(found.stages[0])}" in texts(drawn)


def test_counts_only_no_key_of_a_person() -> None:
    assert not re.search(r"[0-9a-f]{32}", picture(tried()))


def test_labels_stay_inside_and_do_not_run_into_each_other() -> None:
    root = parsed(picture(tried()))
    placed = [(float(each.get("x", 0)), float(each.get("y", 0))) for each in root.iter(f"{SVG}text")]
    assert all(0 <= x <= WIDTH and 0 < y <= HEIGHT for x, y in placed)
    columns: dict[float, list[float]] = {}
    for x, y in placed:
        columns.setdefault(x, []).append(y)
    for heights in columns.values():
        heights.sort()
        assert all(below - above >= 16 for above, below in pairwise(heights))


@pytest.mark.parametrize("people", [0, 1])
def test_with_nobody_or_one_person_it_is_still_a_picture(people: int) -> None:
    drawn = picture(tried(people))
    assert parsed(drawn).tag == f"{SVG}svg"
    assert ("There is no track to compare." in drawn) == (not people)


def test_what_was_typed_cannot_become_markup() -> None:
    drawn = picture(Tried("<b>x</b>", OWN, "a & b", "stores", (), tried(1).differences, ()))
    assert "<b>" not in drawn
    assert parsed(drawn).tag == f"{SVG}svg"


def test_the_same_differences_give_the_same_bytes() -> None:
    assert picture(tried()) == picture(tried())
