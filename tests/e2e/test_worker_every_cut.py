"""A worker that is killed before any statement and any word to Kafka ends where a straight fold ends."""

import random
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from crash import scenes
from crash.rehearsal import Cut, kafka_with

from contracts import events
from contracts.topics import TRANSITIONS
from streams.batch import decode

pytestmark = pytest.mark.e2e

TWICE = 40
"""So many pairs of a cut, and a second cut in the life of whoever goes on, are tried."""


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> list[Cut]:
    """The world before each step of a worker's life, from an empty home to the end of the log."""
    place = tmp_path_factory.mktemp("life")
    return scenes.film(place / "home", kafka_with(scenes.short_stream()), place / "album")


def test_the_life_that_is_cut_has_events_of_every_type_and_steps_of_every_kind(cuts: list[Cut]) -> None:
    log = decode(cuts[0].kafka.events, "the log")
    assert {type(event).__name__ for _, event in log.events} == set(events.EVENT_TYPES)
    assert {row.reason for row in log.quarantined} == {"not_decodable", "empty", "wrong_key"}
    assert {cut.step.split(":")[0] for cut in cuts} == {"sqlite", "kafka"}
    assert len(cuts) > 150
    transitions = cuts[-1].kafka.topics[TRANSITIONS]
    changes = Counter(msgspec.json.decode(each.value or b"")["change"] for each in transitions)
    assert changes["published"] > 10
    assert changes["withdrawn"] > 3


def test_at_no_cut_is_anything_published_whose_state_is_not_in_the_store(cuts: list[Cut]) -> None:
    ahead = [cut.step for cut in cuts if scenes.published_upto(cut) > scenes.durable_upto(cut)]
    assert ahead == []
    assert 0 < scenes.published_upto(cuts[len(cuts) // 2]) < scenes.published_upto(cuts[-1])


def test_from_any_cut_the_same_host_goes_on(cuts: list[Cut], tmp_path: Path) -> None:
    assert scenes.all_wrong(cuts, tmp_path, scenes.same_host) == {}


def test_from_any_cut_a_host_without_stores_goes_on(cuts: list[Cut], tmp_path: Path) -> None:
    assert scenes.all_wrong(cuts[::3], tmp_path, scenes.other_host) == {}


def test_from_any_cut_another_host_goes_on_and_the_first_one_comes_back(
    cuts: list[Cut], tmp_path: Path
) -> None:
    assert scenes.all_wrong(cuts[::3], tmp_path, scenes.there_and_back) == {}


def test_a_host_that_is_cut_while_it_restores_its_store_begins_again(cuts: list[Cut], tmp_path: Path) -> None:
    restoring = scenes.film(tmp_path / "fresh", cuts[-1].kafka.copy(), tmp_path / "album", size=1_000)
    assert "file: replace" in {cut.step for cut in restoring}
    assert scenes.all_wrong(restoring, tmp_path / "resumed", scenes.same_host) == {}


def test_a_second_cut_while_the_first_is_being_healed_changes_nothing(
    cuts: list[Cut], tmp_path: Path
) -> None:
    dice = random.Random(1)
    for number in range(TWICE):
        place = tmp_path / str(number)
        first = dice.choice(cuts)
        second = scenes.film(scenes.home_at(first, place), first.kafka.copy(), place / "album", size=60)
        assert scenes.all_wrong([dice.choice(second)], place, scenes.same_host) == {}, first
