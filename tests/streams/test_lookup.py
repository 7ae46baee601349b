from pathlib import Path

from patients import Patient, fold

from contracts.settings import Home
from streams.lookup import find_patient, stores
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
