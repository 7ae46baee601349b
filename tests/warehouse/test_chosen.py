"""Whom a release replays: of whom something is new, and in turn everybody."""

from collections.abc import Callable
from typing import Any

from contracts import topics
from warehouse.chosen import TURNS, Share, choose
from warehouse.lake import Lake
from warehouse.replay import opened


def chosen(lake: Lake, share: Share) -> set[str]:
    with opened(lake) as connection:
        choose(connection, share)
        rows = connection.execute("SELECT patient_key FROM landing.chosen").fetchall()
    assert len(rows) == len(set(rows))
    return {key for (key,) in rows}


def test_who_was_touched_since_the_last_release_is_chosen(
    clinic_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    before = landed(clinic_log).manifest.offsets()
    assert chosen(landed(clinic_log), Share(before, 15)) == set()
    newcomer, known = make_course(19), make_course(2)
    clinic_log.say(*newcomer.events, known.events[-1])
    assert chosen(landed(clinic_log), Share(before, 15)) == {newcomer.key, known.key}


def test_whose_state_or_fact_alone_is_new_is_chosen_too(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    before = landed(clinic_log).manifest.offsets()
    for topic, number in ((topics.PROGRESSION, 0), (topics.TRANSITIONS, 1)):
        row = clinic_log.rows[topic][number][-1]
        clinic_log.add(topic, number, row.key.decode(), row.value)
    keys = {
        clinic_log.rows[topics.PROGRESSION][0][-1].key.decode().partition("/")[0],
        clinic_log.rows[topics.TRANSITIONS][1][-1].key.decode(),
    }
    assert chosen(landed(clinic_log), Share(before, 15)) == keys


def test_a_partition_of_which_the_last_release_knew_nothing_is_new(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    known = {kind: {"1": ends["1"]} for kind, ends in lake.manifest.offsets().items()}
    assert {int(key[-1], 16) % 2 for key in chosen(lake, Share(known, 15))} == {0}
    assert len(chosen(lake, Share({}, 15))) == 6


def test_everybody_has_a_turn_and_only_one(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    lake = landed(clinic_log)
    since = lake.manifest.offsets()
    turns = [chosen(lake, Share(since, turn)) for turn in range(100, 100 + TURNS)]
    assert sum(len(each) for each in turns) == len(set().union(*turns)) == 6
