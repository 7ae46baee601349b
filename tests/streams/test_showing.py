import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from patients import START, Patient, fold

from contracts.events import PatientErased
from streams.lookup import partition_of
from streams.opening import Log, open_store, store_path
from streams.progression.assess import assess
from streams.progression.codec import encode
from streams.rows import Commit
from streams.showing import LONGEST_KEY, PatientPages
from streams.states import changed_rows

PARTITIONS = 8
NOW = START + timedelta(days=40)


def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S0")
    patient.session(3)
    patient.session(10)
    return patient


def pages(folder: Path, owned: set[int]) -> PatientPages:
    return PatientPages(PARTITIONS, lambda number: store_path(folder, number) if number in owned else None)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A store that holds ann in her partition."""
    return put(tmp_path, ann().key, fold(ann().events()))


def put(folder: Path, key: str, state: Any) -> Path:
    number = partition_of(key, PARTITIONS)
    store = open_store(folder, Log("myomap.events", "id", number), "rules-1")
    store.commit(Commit(0, 1, *changed_rows({}, {key: state})))
    store.close()
    return folder


def test_all_episodes_are_shown_as_they_are_stored_with_how_they_stand_now(stored: Path) -> None:
    patient, mine = ann(), partition_of(ann().key, PARTITIONS)
    answer = pages(stored, {mine}).progression(patient.key, NOW)
    said = json.loads(answer.body)
    state = fold(patient.events())
    (assessed,) = assess(state, NOW)
    (name, (view, _)) = next(iter(encode(state)[1].items()))
    assert answer.status == 200
    assert (said["patient_key"], said["partition"]) == (patient.key, mine)
    assert datetime.fromisoformat(said["as_of"]) == NOW
    assert [each["episode_id"] for each in said["episodes"]] == [name]
    assert said["episodes"][0]["view"] == json.loads(view)
    assert said["episodes"][0]["assessment"]["adherence_14d"] == assessed.adherence_14d


def test_an_episode_that_is_closed_has_no_assessment(tmp_path: Path) -> None:
    patient = ann()
    patient.closed(30)
    folder = put(tmp_path, patient.key, fold(patient.events()))
    mine = partition_of(patient.key, PARTITIONS)
    (episode,) = json.loads(pages(folder, {mine}).progression(patient.key, NOW).body)["episodes"]
    assert episode["assessment"] is None
    assert episode["view"]["closed_at"] is not None


def test_a_patient_of_a_partition_that_is_not_owned_is_another_workers(stored: Path) -> None:
    mine = partition_of(ann().key, PARTITIONS)
    answer = pages(stored, set(range(PARTITIONS)) - {mine}).progression(ann().key, NOW)
    assert (answer.status, json.loads(answer.body)["partition"]) == (421, mine)
    assert ann().key not in answer.body.decode()


@pytest.mark.parametrize("key", ["nobody", "", "x" * (LONGEST_KEY + 1), "ä/../..", "' OR 1=1 --"])
def test_a_key_of_whom_nothing_is_known_is_not_repeated(tmp_path: Path, key: str) -> None:
    for number in range(PARTITIONS):
        open_store(tmp_path, Log("myomap.events", "id", number), "rules-1").close()
    answer = pages(tmp_path, set(range(PARTITIONS))).progression(key, NOW)
    assert answer.status == 404
    assert not key or key not in answer.body.decode()


def test_of_a_patient_who_was_erased_nothing_is_known(tmp_path: Path) -> None:
    patient = ann()
    patient.say(PatientErased, 20)
    folder = put(tmp_path, patient.key, fold(patient.events()))
    answer = pages(folder, {partition_of(patient.key, PARTITIONS)}).progression(patient.key, NOW)
    assert answer.status == 404


def test_now_is_an_instant_of_utc(stored: Path) -> None:
    answer = pages(stored, set(range(PARTITIONS))).progression(ann().key, NOW.astimezone(UTC))
    assert json.loads(answer.body)["as_of"].endswith("Z")
