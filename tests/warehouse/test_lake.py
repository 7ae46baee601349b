"""Other rooms read a person's events from the lake as they were said."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from contracts import events as said
from contracts.settings import Settings
from warehouse.lake import Lake, events_of, events_of_type, open_lake
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
