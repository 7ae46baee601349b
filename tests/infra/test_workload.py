import json
from pathlib import Path

import duckdb

from contracts import events
from contracts.accept import Accepted, accept
from contracts.registry import load
from infra.workload import device_records, log_of_events, write_marts
from streams.batch import decode, fold
from streams.progression.incremental import derived


def test_every_record_is_one_that_the_door_accepts() -> None:
    contract = load().contract("motion_sensor")
    found = [accept(record, contract) for record in device_records(150)]
    assert all(isinstance(each, Accepted) for each in found)
    assert len({json.loads(record)["set_id"] for record in device_records(150)}) == 150


def test_events_are_in_the_order_of_their_time_and_all_different() -> None:
    log = log_of_events(300)
    said = [events.decode(record.value) for record in log]
    assert len(log) >= 300
    assert [record.offset for record in log] == list(range(len(log)))
    assert [each.occurred_at for each in said] == sorted(each.occurred_at for each in said)
    assert len({each.event_id for each in said}) == len(said)
    assert all(record.key == each.patient_key.encode() for record, each in zip(log, said, strict=True))


def test_the_events_make_whole_episodes_that_progress() -> None:
    folded = fold(decode(log_of_events(90), "a test"), {})
    (state,) = folded.states.values()
    known = derived(state)
    assert folded.quarantined == ()
    assert len(known.episodes) == 1
    assert known.unattributed == ()
    assert {change.fact.kind for change in folded.changes} >= {"track_opened", "stage_entered"}


def test_the_same_work_comes_each_time() -> None:
    assert log_of_events(100) == log_of_events(100)
    assert device_records(10) == device_records(10)


def test_the_figures_can_be_asked(tmp_path: Path) -> None:
    write_marts(tmp_path / "figures.duckdb", 500)
    with duckdb.connect(str(tmp_path / "figures.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM agg_outcomes").fetchall() == [(500,)]
