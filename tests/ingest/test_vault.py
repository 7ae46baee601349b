"""Different identifiers never share a key, the same one always has the same, and the file tells neither."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.backup import backup, restore
from ingest.store import open_store
from ingest.vault import Erased, Person, Vault

NAMESPACES = st.none() | st.from_regex(r"[a-z][a-z0-9_]{0,3}", fullmatch=True)
IDENTIFIERS = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")


def normal(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text).strip()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(IDENTIFIERS, min_size=1, max_size=12), st.data())
def test_one_key_for_one_identifier_also_after_reopening_and_restoring(
    make_clinic: Any, identifiers: list[str], data: st.DataObject
) -> None:
    clinic = make_clinic()
    keys: dict[str, str] = {}
    for at, text in enumerate(identifiers):
        if data.draw(st.booleans()):
            clinic.reopen()
        if data.draw(st.booleans()):
            clinic = restored(clinic, at)
        with clinic.store.transaction():
            person = clinic.store.vault.person(text)
        assert isinstance(person, Person)
        assert keys.setdefault(normal(text), person.key) == person.key
    assert len(set(keys.values())) == len(keys)
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys.values())
    clinic.store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IDENTIFIERS, IDENTIFIERS, NAMESPACES, NAMESPACES)
def test_marks_agree_only_for_the_same_identifier_in_the_same_namespace(
    clinic: Any, one: str, other: str, here: str | None, there: str | None
) -> None:
    vault: Vault = clinic.store.vault
    agree = vault.mark(one, here) == vault.mark(other, there)
    assert agree == ((normal(one), here) == (normal(other), there))
    assert (vault.mark(one, here) == vault.mark(one, there)) == (here == there)
    assert vault.mark(one) == vault.mark(one, None)


def restored(clinic: Any, at: int) -> Any:
    copy, folder = clinic.folder.parent / f"copy-{at}", clinic.folder.parent / f"door-{at}"
    backup(clinic.folder, copy)
    clinic.store.close()
    restore(copy, folder)
    clinic.folder = folder
    clinic.open()
    return clinic


def test_two_vaults_give_the_same_identifier_different_keys(make_clinic: Any) -> None:
    found = []
    for clinic in (make_clinic(), make_clinic()):
        with clinic.store.transaction():
            found.append((clinic.store.vault.person("P1"), clinic.store.vault.mark("P1")))
        clinic.store.close()
    assert found[0][0] != found[1][0]
    assert found[0][1] != found[1][1]


def test_the_file_holds_no_identifier_and_no_plain_hash_of_one(clinic: Any) -> None:
    import hashlib

    with clinic.store.transaction():
        clinic.store.vault.person("Findable-7")
        clinic.store.vault.reference("therapist", "Findable-T", "key", "key")
    clinic.store.close()
    content = b"".join(path.read_bytes() for path in Path(clinic.folder).iterdir())
    assert b"Findable" not in content
    assert hashlib.sha256(b"Findable-7").digest() not in content
    clinic.open()


def test_references_are_a_patients_own_but_therapists_are_shared(clinic: Any) -> None:
    vault: Vault = clinic.store.vault
    with clinic.store.transaction():
        one, other = vault.person("P1"), vault.person("P2")
        assert isinstance(one, Person) and isinstance(other, Person)
        assert refer(vault, "episode_id", one) == refer(vault, "episode_id", one)
        assert refer(vault, "episode_id", one) != refer(vault, "episode_id", other)
        assert refer(vault, "episode_id", one) != refer(vault, "session_id", one)
        assert refer(vault, "therapist", one) == refer(vault, "rater", other)


def refer(vault: Vault, field: str, person: Person) -> str:
    return vault.reference(field, "E1", person.key, person.key)


def test_a_merge_keeps_the_smallest_key_along_a_chain_and_its_references(clinic: Any) -> None:
    vault: Vault = clinic.store.vault
    with clinic.store.transaction():
        people = sorted((vault.person(name) for name in ("P1", "P2", "P3")), key=lambda each: each.key)
        episodes = {each.key: vault.reference("episode_id", each.key, each.key, each.key) for each in people}
        vault.merge(people[2].key, people[1].key)
        vault.merge(people[2].key, people[0].key)
        found = [vault.find(name) for name in ("P1", "P2", "P3")]
    smallest = people[0].key
    assert {each.key for each in found} == {smallest}
    assert all(each.absorbed == (people[1].key, people[2].key) for each in found)
    for key, episode in episodes.items():
        assert vault.reference("episode_id", key, smallest, smallest) == episode


def test_the_erased_leave_only_a_mark(clinic: Any) -> None:
    vault: Vault = clinic.store.vault
    with clinic.store.transaction():
        person = vault.person("P1")
        assert isinstance(person, Person)
        refer(vault, "episode_id", person)
        vault.erase(person, "record", ("event",))
        assert vault.find("P1") == vault.person("P1") == Erased("record", ("event",))
    run = clinic.store.connection.execute
    assert run("SELECT count(*) FROM persons").fetchone() == (0,)
    assert run("SELECT count(*) FROM reference_keys").fetchone() == (0,)


def test_a_store_that_is_opened_twice_knows_the_same_people(clinic: Any) -> None:
    with clinic.store.transaction():
        person = clinic.store.vault.person("P1")
    beside = open_store(clinic.folder)
    assert beside.vault.find("P1") == person
    beside.close()
