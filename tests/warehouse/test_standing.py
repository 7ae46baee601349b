"""The facts that stand in the topic, from what was landed, and of the erased from what Kafka holds."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts import events as said
from contracts import topics
from streams.progression.decisions import facts
from warehouse.lake import Lake
from warehouse.replay import opened
from warehouse.standing import standing_facts


def standing(lake: Lake, log: Any, partition: int = 0) -> dict[str, dict[str, Any]]:
    with opened(lake) as connection:
        return standing_facts(connection, lake, log, partition)


def test_what_stands_is_what_holds_of_the_states_that_were_published(
    clinic_log: Any, make_worker: Any, landed: Callable[..., Lake]
) -> None:
    worker = make_worker(clinic_log)
    worker._publish = lambda number, message: None
    worker.run()
    for partition in (0, 1):
        found = standing(landed(clinic_log), clinic_log, partition)
        assert found == {
            key: {fact.fact_id: fact for fact in facts(state)}
            for key, state in worker.states.items()
            if int(key[-1], 16) % 2 == partition
        }


def test_the_last_change_of_a_fact_counts_and_a_repeated_message_does_not(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    rows = clinic_log.rows[topics.TRANSITIONS][0]
    first = json.loads(rows[0].value)
    gone = first | {"change": "withdrawn", "message_id": "gone"}
    for message in (gone, first):
        clinic_log.add(topics.TRANSITIONS, 0, first["patient_key"], json.dumps(message).encode())
    found = standing(landed(clinic_log), clinic_log)
    assert first["fact_id"] not in found[first["patient_key"]]
    again = first | {"message_id": "again"}
    clinic_log.add(topics.TRANSITIONS, 0, first["patient_key"], json.dumps(again).encode())
    assert first["fact_id"] in standing(landed(clinic_log), clinic_log)[first["patient_key"]]


def test_of_the_erased_kafka_is_asked(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    course = make_course(2)
    before = standing(landed(clinic_log), clinic_log)[course.key]
    clinic_log.say(said.PatientErased(**course.at(now)))
    lake = landed(clinic_log)
    assert standing(lake, clinic_log)[course.key].keys() == before.keys()
    assert all(
        fact.occurred_at == before[name].occurred_at
        for name, fact in standing(lake, clinic_log)[course.key].items()
    )
    clinic_log.rows[topics.TRANSITIONS][0].clear()
    clinic_log.keeps_from[topics.TRANSITIONS, 0] = 0
    assert course.key not in standing(lake, clinic_log)
