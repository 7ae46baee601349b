"""Other rooms read a person's events from the lake as they were said."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contracts import events as said
from contracts.settings import Settings, settings_from
from warehouse.lake import Lake, events_of, events_of_type, open_lake, storage_of
from warehouse.land import land
from warehouse.refused import LakeRefused

SIZES = {"events": 10}


def test_a_persons_events_come_in_the_order_of_the_log(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log, segment_offsets=SIZES)
    assert list(events_of(lake, make_course(4).key)) == make_course(4).events


def test_a_person_who_is_not_there_has_no_events(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    assert list(events_of(landed(clinic_log), "nobody")) == []


def test_an_erased_person_has_none_but_the_tombstone_stays(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    course = make_course(4)
    stone = said.PatientErased(**course.at(now))
    clinic_log.say(stone)
    lake = landed(clinic_log, segment_offsets=SIZES)
    assert list(events_of(lake, course.key)) == []
    assert list(events_of_type(lake, "PatientErased")) == [stone]
    assert lake.manifest.erased == (course.key,)


def test_a_file_that_no_manifest_names_is_not_read(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    (lake.folder / "events" / "p000" / "stray.parquet").write_bytes(b"not a file of the lake")
    assert list(events_of(lake, make_course(4).key)) == make_course(4).events


def test_files_that_cannot_hold_the_person_are_not_opened(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log, segment_offsets={"events": 1})
    others = [each for each in lake.manifest.of("events") if not each.may_hold(make_course(4).key)]
    assert len(others) > len(make_course(4).events)
    for each in others:
        lake.path(each).unlink()
    assert list(events_of(lake, make_course(4).key)) == make_course(4).events


def test_a_lake_may_lie_in_a_folder_elsewhere(
    clinic_log: Any, make_course: Any, tmp_path: Path, now: datetime
) -> None:
    places = {"MYOMAP_HOME": str(tmp_path / "home"), "MYOMAP_LAKE": str(tmp_path / "archive")}
    home = settings_from(places).home
    land(storage_of(home), clinic_log, now)
    assert list(events_of(open_lake(home), make_course(4).key)) == make_course(4).events
    assert (tmp_path / "archive" / "manifest.json").exists()
    assert not home.root.exists()


def test_a_home_without_a_lake_has_an_empty_one(home_settings: Settings) -> None:
    lake = open_lake(home_settings.home)
    assert lake.files("events") == []
    assert list(events_of(lake, "nobody")) == []


def test_a_file_that_is_gone_is_refused_with_what_to_do(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    (lake.folder / lake.manifest.of("events")[0].file).unlink()
    with pytest.raises(LakeRefused, match="cannot be read"):
        list(events_of(lake, make_course(4).key))
