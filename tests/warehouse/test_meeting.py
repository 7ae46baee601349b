"""Lake and log belong together where the lake is the log's beginning; else a sentence says how they part."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from contracts import events as said
from contracts import topics
from warehouse.lake import Lake
from warehouse.land import Bounds
from warehouse.manifest import Manifest
from warehouse.meeting import refuse_what_does_not_meet
from warehouse.refused import LakeRefused


def meet(lake: Lake, log: Any, partition: int = 0) -> None:
    refuse_what_does_not_meet(lake, log, partition, log.bounds(topics.EVENTS)[partition])


def test_a_lake_that_is_the_beginning_of_its_log_meets_it(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log, segment_offsets={"events": 17})
    meet(lake, clinic_log)
    clinic_log.say(*make_course(8).events)
    meet(lake, clinic_log)
    clinic_log.keeps_from[topics.EVENTS, 0] = 60
    meet(lake, clinic_log)


def test_a_log_that_begins_where_the_lake_ends_meets_it(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    lake = landed(clinic_log)
    end = len(clinic_log.rows[topics.EVENTS][0])
    refuse_what_does_not_meet(lake, clinic_log, 0, Bounds(end, end))
    with pytest.raises(LakeRefused, match=rf"ends at offset {end} .* begins at {end + 5}: the 5 offsets"):
        refuse_what_does_not_meet(lake, clinic_log, 0, Bounds(end + 5, end + 9))


def test_a_log_that_ends_before_the_lake_was_cut_or_made_again(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    end = len(clinic_log.rows[topics.EVENTS][0])
    with pytest.raises(LakeRefused, match=r"the log ends at .*, 3 offsets before: the topic was cut"):
        refuse_what_does_not_meet(lake, clinic_log, 0, Bounds(0, end - 3))


def test_a_topic_that_was_made_again_and_has_grown_is_found_out_by_what_it_tells(
    clinic_log: Any, make_log: Any, make_course: Any, mixed: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    other = make_log()
    other.say(*mixed([make_course(number + 32) for number in range(6)]))
    with pytest.raises(LakeRefused, match=r"tell different events at offset \d+ of partition 0"):
        meet(lake, other)


def test_an_event_of_which_the_lake_knows_nothing_is_a_difference(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    rows = clinic_log.rows[topics.EVENTS][0]
    rows[-2], rows[-1] = (
        type(rows[0])(rows[-2].offset, rows[-1].key, rows[-1].value),
        type(rows[0])(rows[-1].offset, rows[-2].key, rows[-2].value),
    )
    with pytest.raises(LakeRefused, match=rf"at offset {rows[-2].offset} of partition 0"):
        meet(lake, clinic_log)


def test_records_that_are_no_events_and_erased_people_are_no_difference(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    clinic_log.say(said.PatientErased(**make_course(2).at(now)))
    clinic_log.add(topics.EVENTS, 0, "nobody", b"\xff")
    meet(landed(clinic_log), clinic_log)


def test_a_lake_that_lacks_the_beginning_is_no_base(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    whole = landed(clinic_log, segment_offsets={"events": 20})
    later = tuple(each for each in whole.manifest.segments if each.kind != "events" or each.start > 0)
    with pytest.raises(LakeRefused, match=r"holds partition 0 of myomap\.events only from offset 20"):
        meet(Lake(whole.folder, Manifest(segments=later)), clinic_log)


def test_an_empty_lake_meets_a_log_that_begins_at_zero(make_log: Any, landed: Callable[..., Lake]) -> None:
    lake = landed(make_log())
    refuse_what_does_not_meet(lake, make_log(), 0, Bounds(0, 0))
    with pytest.raises(LakeRefused, match="the 4 offsets between them were deleted"):
        refuse_what_does_not_meet(lake, make_log(), 0, Bounds(4, 9))
