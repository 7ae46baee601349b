"""What the stream published is what the lake's events give; a planted difference is found."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts import events as said
from contracts import topics
from warehouse.chosen import Share
from warehouse.lake import Lake
from warehouse.parity import FACTS, STATES, Compared, compare, refuse_differences
from warehouse.refused import ReleaseRefused


def found(lake: Lake) -> dict[str, Compared]:
    return {each.check: each for each in compare(lake)}


def planted(log: Any, topic: str, change: Callable[[dict[str, Any]], None], which: int = -1) -> None:
    """Changes a published message in the log."""
    rows = log.rows[topic][0]
    value = json.loads(rows[which].value)
    change(value)
    rows[which] = type(rows[which])(
        rows[which].offset, rows[which].key, json.dumps(value, separators=(",", ":")).encode()
    )


def test_states_and_facts_of_a_worker_that_has_read_all_agree(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    checks = found(landed(clinic_log, segment_offsets={"events": 10, "progression": 3}))
    assert checks[STATES] == Compared(STATES, 6, 0, 0)
    assert checks[FACTS].compared > 6
    assert (checks[FACTS].skipped, checks[FACTS].different) == (0, 0)
    refuse_differences(checks.values())


def test_late_corrected_taken_back_and_repeated_events_agree_too(
    make_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    log, course = make_log(), make_course(2)
    spoken = course.events
    first_pain = next(each for each in spoken if isinstance(each, said.SymptomReported))
    log.say(*spoken[5:], *spoken[:5], *spoken[3:9])
    when = spoken[-1].occurred_at + timedelta(days=1)
    log.say(said.EventCorrected(**course.at(when), corrects=first_pain.event_id, changes={"pain": 7.5}))
    log.say(said.EventRetracted(**course.at(when), retracts=spoken[6].event_id))
    make_worker(log, batch=7).run()
    checks = found(landed(log))
    assert checks[STATES] == Compared(STATES, 1, 0, 0)
    assert checks[FACTS].different == 0


def test_each_state_is_compared_at_the_offset_it_covers(
    make_log: Any, make_worker: Any, make_course: Any, mixed: Any, landed: Callable[..., Lake]
) -> None:
    log = make_log()
    log.say(*mixed([make_course(number) for number in range(4)]))
    worker = make_worker(log, batch=5)
    worker.run(upto={0: 20, 1: 33})
    assert found(landed(log))[STATES] == Compared(STATES, 4, 0, 0)


def test_states_newer_than_the_landed_events_are_skipped_and_counted(
    clinic_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    behind = {number: list(rows) for number, rows in clinic_log.rows[topics.EVENTS].items()}
    clinic_log.rows[topics.EVENTS] = {number: rows[:-3] for number, rows in behind.items()}
    checks = found(landed(clinic_log))
    assert checks[STATES] == Compared(STATES, 0, 6, 0)
    assert checks[FACTS].different == 0


def test_a_person_of_whom_only_the_state_is_landed_yet_is_no_difference(
    clinic_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    newcomer = make_course(9)
    before = len(clinic_log.rows[topics.EVENTS][1])
    clinic_log.say(*newcomer.events)
    worker = make_worker(clinic_log)
    worker.position = {0: len(clinic_log.rows[topics.EVENTS][0]), 1: before}
    worker.run()
    del clinic_log.rows[topics.EVENTS][1][before:]
    assert found(landed(clinic_log))[STATES] == Compared(STATES, 6, 1, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["view"].update(sessions_attended=99),
        lambda value: value.update(detail=value["detail"][:-8] + "AAAAAAA="),
        lambda value: value.update(episode_id="f" * 32),
    ],
    ids=["view", "detail", "episode"],
)
def test_a_planted_difference_is_found_and_refuses_the_release(
    clinic_log: Any, landed: Callable[..., Lake], change: Callable[[dict[str, Any]], None]
) -> None:
    planted(clinic_log, topics.PROGRESSION, change)
    checks = compare(landed(clinic_log))
    assert {each.check: each.different for each in checks}[STATES] == 1
    with pytest.raises(ReleaseRefused, match=r"1 of .* in the check states.*myomap stream.*myomap refresh"):
        refuse_differences(checks)


def test_a_state_of_a_person_without_events_is_a_difference(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    planted(clinic_log, topics.PROGRESSION, lambda value: value.update(patient_key="0" * 31 + "a"))
    assert found(landed(clinic_log))[STATES].different == 1


def test_a_fact_that_was_never_withdrawn_is_found(
    make_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    log, course = make_log(), make_course(2)
    log.say(*course.events)
    worker = make_worker(log, batch=9)
    worker.run()
    invented = json.loads(log.rows[topics.TRANSITIONS][0][0].value) | {"fact_id": "f" * 32, "message_id": "m"}
    position = len(log.rows[topics.TRANSITIONS][0]) // 2
    rows = [json.loads(row.value) for row in log.rows[topics.TRANSITIONS][0]]
    rows.insert(position, invented)
    log.rows[topics.TRANSITIONS][0].clear()
    for row in rows:
        log.add(topics.TRANSITIONS, 0, course.key, json.dumps(row).encode())
    assert found(landed(log))[FACTS].different == 1


def test_a_last_batch_that_is_landed_in_part_is_skipped(
    make_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    log = make_log()
    log.say(*make_course(2, sessions=12).events)
    make_worker(log, batch=26).run()
    told = log.rows[topics.TRANSITIONS][0]
    last = json.loads(told[-1].value)["next_offset"]
    assert sum(json.loads(row.value)["next_offset"] == last for row in told) > 1
    del told[-1]
    checks = found(landed(log))
    assert checks[FACTS].different == 0
    assert checks[FACTS].skipped > 0


def test_an_erased_person_is_not_compared(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    clinic_log.say(said.PatientErased(**make_course(2).at(now)))
    assert found(landed(clinic_log))[STATES] == Compared(STATES, 5, 0, 0)


def test_states_of_other_rules_are_never_compared_silently(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    planted(clinic_log, topics.PROGRESSION, lambda value: value.update(rules_version="another"))
    with pytest.raises(ReleaseRefused, match="1 landed states were derived under other rules"):
        compare(landed(clinic_log))


def test_an_empty_lake_agrees(make_log: Any, landed: Callable[..., Lake]) -> None:
    assert compare(landed(make_log())) == (Compared(STATES, 0, 0, 0), Compared(FACTS, 0, 0, 0))


def test_a_difference_says_whose_it_is_and_where(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    planted(clinic_log, topics.PROGRESSION, lambda value: value["view"].update(sessions_attended=99))
    value = json.loads(clinic_log.rows[topics.PROGRESSION][0][-1].value)
    (one,) = found(landed(clinic_log))[STATES].differences
    assert (one.patient_key, one.episode_id) == (value["patient_key"], value["episode_id"])
    assert (one.partition, one.offset) == (0, value["covers"]["next_offset"])
    assert one.what == "view: sessions_attended: published 99, expected 6"


def test_facts_of_a_person_without_events_are_a_difference(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    invented = json.loads(clinic_log.rows[topics.TRANSITIONS][0][0].value)
    invented |= {"patient_key": "0" * 31 + "a", "fact_id": "f" * 32, "message_id": "m"}
    clinic_log.add(topics.TRANSITIONS, 0, invented["patient_key"], json.dumps(invented).encode())
    checks = found(landed(clinic_log))
    assert checks[FACTS].different == 1
    assert checks[FACTS].differences[0].patient_key == invented["patient_key"]
    gone = invented | {"change": "withdrawn", "message_id": "n"}
    clinic_log.add(topics.TRANSITIONS, 0, invented["patient_key"], json.dumps(gone).encode())
    assert found(landed(clinic_log))[FACTS].different == 0


def test_facts_of_a_person_whose_events_are_not_landed_yet_are_too_new(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    newer = json.loads(clinic_log.rows[topics.TRANSITIONS][0][0].value)
    newer |= {"patient_key": "0" * 31 + "a", "fact_id": "f" * 32, "message_id": "m", "next_offset": 10_000}
    clinic_log.add(topics.TRANSITIONS, 0, newer["patient_key"], json.dumps(newer).encode())
    checks = found(landed(clinic_log))
    assert (checks[FACTS].different, checks[FACTS].skipped) == (0, 1)


def test_a_share_compares_its_people_and_leaves_the_others_alone(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    planted(clinic_log, topics.PROGRESSION, lambda value: value["view"].update(sessions_attended=99))
    lake = landed(clinic_log)
    wrong = found(lake)[STATES].differences[0].patient_key
    since = lake.manifest.offsets()
    for turn in range(16):
        states, standing = compare(lake, Share(since, turn))
        mine = [number for number in range(6) if number == turn]
        assert (states.compared, standing.different) == (len(mine), 0)
        assert states.different == (wrong[-1] == f"{turn:x}")
