from pathlib import Path

import pytest
from kafka.partitioner.default import DefaultPartitioner
from patients import Patient, fold, name_of

from contracts.settings import Home
from streams.lookup import find_patient, partition_of, read_row, stores
from streams.opening import Log, open_store
from streams.rows import Commit
from streams.states import changed_rows
from streams.store import PartitionStore


def store_with(home: Home, partition: int, patient: Patient) -> PartitionStore:
    store = open_store(home.streams, Log("myomap.events", "id", partition), "rules-1")
    patients, episodes = changed_rows({}, {patient.key: fold(patient.events())})
    store.commit(Commit(0, 1, patients, episodes))
    return store


def someone(name: str) -> Patient:
    patient = Patient(name)
    patient.opened()
    patient.session(3)
    return patient


def test_a_patient_is_found_in_whichever_store_holds_it_while_its_owner_has_it_open(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ann, bob = someone("ann"), someone("bob")
    owners = [store_with(home, 0, ann), store_with(home, 1, bob)]
    assert [path.name for path in stores(home)] == ["partition-0000.sqlite", "partition-0001.sqlite"]
    assert find_patient(home, bob.key) == fold(bob.events())
    for owner in owners:
        owner.check_owner()
        owner.close()


def test_a_key_that_no_store_knows_gives_none(tmp_path: Path) -> None:
    assert find_patient(Home(tmp_path), "nobody") is None
    store_with(Home(tmp_path), 0, someone("ann")).close()
    assert find_patient(Home(tmp_path), "nobody") is None


def test_the_rows_of_a_patient_are_read_from_one_store(tmp_path: Path) -> None:
    ann = someone("ann")
    owner = store_with(Home(tmp_path), 0, ann)
    row = read_row(owner.path, ann.key)
    assert row is not None
    assert list(row.episodes) == [ann.episode_id]
    assert read_row(owner.path, "nobody") is None
    owner.close()


class Cluster:
    """A cluster with so many partitions of every topic."""

    def __init__(self, partitions: int) -> None:
        self.partitions = set(range(partitions))

    def topics(self) -> set[str]:
        return {"myomap.events"}

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return self.partitions

    available_partitions_for_topic = partitions_for_topic


@pytest.mark.parametrize("partitions", [1, 4, 7])
def test_a_patient_is_in_the_partition_where_kafka_puts_the_key(partitions: int) -> None:
    for number in range(50):
        key = name_of("patient", number)
        expected = DefaultPartitioner().partition(
            "myomap.events", key, key.encode(), None, None, Cluster(partitions)
        )
        assert partition_of(key, partitions) == expected
