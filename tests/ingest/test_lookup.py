"""A look-up finds the surviving key, makes nobody, and remembers who asked but never whom they meant."""

from typing import Any


def test_the_key_is_found_and_nobody_is_made_by_asking(clinic: Any, make_form: Any) -> None:
    clinic.send(make_form("P1", "M1"))
    assert clinic.door.look_up("P1", "dr") == clinic.kafka.events()[0].patient_key
    assert clinic.door.look_up("P2", "dr") is None
    assert clinic.store.vault.find("P2") is None


def test_the_audit_says_when_who_and_whether_it_was_found(clinic: Any, make_form: Any) -> None:
    clinic.send(make_form("Findable-7", "M1"))
    clinic.door.look_up("Findable-7", "therapist one")
    clinic.door.look_up("nobody", "x" * 1000)
    at = clinic.now.isoformat()
    assert clinic.store.lookup.asked() == [(at, "therapist one", True), (at, "x" * 200, False)]
    rows = clinic.store.connection.execute("SELECT * FROM lookups").fetchall()
    assert "Findable" not in repr(rows)
