"""Rejected bytes are kept as they came, unreadable without the secret, for 90 days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from ingest.quarantine import Kept, Quarantine

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REASONS = [{"code": "not_json", "path": "$"}]


@pytest.mark.parametrize("raw", [b"", b"\x00\xff{", b"x" * 100_000])
@pytest.mark.parametrize("columns", [None, ("a", "b")])
def test_bytes_come_back_as_they_were(clinic: Any, raw: bytes, columns: tuple[str, ...] | None) -> None:
    kept = Kept("q-1", "1", "home_app", raw, columns)
    clinic.store.quarantine.keep(kept, REASONS, None, NOW)
    assert clinic.store.quarantine.open("q-1") == kept
    assert list(clinic.store.quarantine.of("home_app")) == [kept]
    assert list(clinic.store.quarantine.of("dynamometer")) == []


def test_the_file_does_not_show_them(clinic: Any) -> None:
    clinic.store.quarantine.keep(Kept("q-1", "1", "home_app", b"Findable-7"), REASONS, None, NOW)
    clinic.store.close()
    content = b"".join(path.read_bytes() for path in clinic.folder.iterdir())
    assert b"Findable" not in content
    clinic.open()


def test_another_secret_and_another_reference_open_nothing(clinic: Any) -> None:
    clinic.store.quarantine.keep(Kept("q-1", "1", "home_app", b"raw"), REASONS, None, NOW)
    with pytest.raises(InvalidTag):
        Quarantine(clinic.store.connection, b"0" * 32).open("q-1")
    clinic.store.connection.execute("UPDATE quarantined SET ref = 'q-2'")
    with pytest.raises(InvalidTag):
        clinic.store.quarantine.open("q-2")


def test_they_are_deleted_after_90_days_by_release_and_with_their_person(clinic: Any) -> None:
    quarantine = clinic.store.quarantine
    for ref, mark in (("q-1", None), ("q-2", b"mark"), ("q-3", None)):
        quarantine.keep(Kept(ref, ref, "home_app", b"raw"), REASONS, mark, NOW)
    quarantine.release("q-1")
    quarantine.forget((b"mark",))
    assert [each.ref for each in quarantine.of("home_app")] == ["q-3"]
    assert quarantine.prune(NOW + timedelta(days=90)) == 0
    assert quarantine.prune(NOW + timedelta(days=91)) == 1
