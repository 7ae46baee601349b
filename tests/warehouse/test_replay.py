"""The lake replays through the stream's own fold, person by person, in the order of the log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts import events as said
from contracts import topics
from streams.progression.codec import encode_patient
from streams.progression.fold import evolve
from streams.progression.state import initial
from warehouse.lake import Lake
from warehouse.replay import Person, Said, opened, people, states_at


def test_everybody_comes_once_with_all_events_in_order(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    with opened(landed(clinic_log, segment_offsets={"events": 10})) as connection:
        found = list(people(connection))
    assert [person.patient_key for person in found] == [make_course(number).key for number in range(6)]
    for number, person in enumerate(found):
        assert [each.event for each in person.said] == make_course(number).events
        log = clinic_log.rows[topics.EVENTS][person.said[0].partition]
        assert all(log[each.offset].value == said.encode(each.event) for each in person.said)


def test_a_state_is_of_the_events_below_its_offset(make_course: Any) -> None:
    course = make_course(1)
    person = Person(course.key, [Said(0, 2 * place, event) for place, event in enumerate(course.events)])
    state, by_count = initial(), [encode_patient(initial())]
    for event in course.events:
        state = evolve(state, event)
        by_count.append(encode_patient(state))
    offsets = [0, 1, 2, 3, 8, 1000]
    states = {offset: encode_patient(each) for offset, each in states_at(person, offsets)}
    assert states == {offset: by_count[min((offset + 1) // 2, len(course.events))] for offset in offsets}


def test_an_erased_person_is_not_replayed(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    clinic_log.say(said.PatientErased(**make_course(2).at(now)))
    with opened(landed(clinic_log)) as connection:
        assert make_course(2).key not in {person.patient_key for person in people(connection)}


def test_an_empty_lake_has_nobody(make_log: Any, landed: Callable[..., Lake]) -> None:
    with opened(landed(make_log())) as connection:
        assert list(people(connection)) == []
