"""A lake of any size is a lake like any other: whole, readable, and with people of its own in each copy."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from contracts import events
from infra.benchmarks.big_lake import append, big_lake, visits
from warehouse.lake import Lake, events_of
from warehouse.manifest import read_manifest
from warehouse.records import EVENTS
from warehouse.segments import read_segment


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    root = tmp_path_factory.mktemp("big")
    return root / "lake", big_lake(root / "lake", 25_000, root, small=True)


def rows_of(folder: Path) -> pa.Table:
    manifest = read_manifest(folder)
    return pa.concat_tables([read_segment(folder, each, EVENTS) for each in manifest.of(EVENTS.name)])


def test_no_event_is_there_twice_and_every_offset_once(made: tuple[Path, int]) -> None:
    folder, events_made = made
    rows = rows_of(folder)
    assert len(rows) == events_made >= 25_000
    assert len(rows["event_id"].unique()) == events_made
    places = set(zip(rows["kafka_partition"].to_pylist(), rows["kafka_offset"].to_pylist(), strict=True))
    ends = {(each, read_manifest(folder).next_offset(EVENTS.name, each)) for each in range(8)}
    assert len(places) == events_made == sum(end or 0 for _, end in ends)


def test_each_copy_has_people_of_its_own_who_stay_together(made: tuple[Path, int]) -> None:
    folder, _ = made
    rows = rows_of(folder)
    kept = rows.filter(pc.is_valid(rows["episode_id"]))
    owners = kept.group_by("episode_id").aggregate([("patient_key", "count_distinct")])
    assert set(owners["patient_key_count_distinct"].to_pylist()) == {1}
    homes = rows.group_by("patient_key").aggregate([("kafka_partition", "count_distinct")])
    assert set(homes["kafka_partition_count_distinct"].to_pylist()) == {1}


def test_the_log_goes_by_the_time_of_receipt(made: tuple[Path, int]) -> None:
    folder, _ = made
    rows = rows_of(folder).sort_by([("kafka_partition", "ascending"), ("kafka_offset", "ascending")])
    received = rows.filter(pc.equal(rows["kafka_partition"], 0))["received_at"].to_pylist()
    assert received == sorted(received)


def test_one_more_visit_lands_behind_what_is_there(made: tuple[Path, int]) -> None:
    folder, _ = made
    before = len(rows_of(folder))
    fresh = visits(folder, 280)
    said = [events.decode(each.value) for visits_here in fresh.values() for each in visits_here]
    assert len({each.patient_key for each in said}) == 20
    assert append(folder, fresh) == len(said) == 280
    after = Lake(folder, read_manifest(folder))
    assert len(rows_of(folder)) == before + 280
    one = said[0].patient_key
    assert [each for each in events_of(after, one) if each.source == "bench"] == [
        each for each in said if each.patient_key == one
    ]
