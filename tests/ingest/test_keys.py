"""API keys: one per source, shown once, kept as a hash, replaced by the next one."""

from pathlib import Path
from typing import Any

from ingest.keys import KeyRing


def test_a_key_opens_its_own_source_only(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "door")
    mine, other = ring.create("home_app"), ring.create("dynamometer")
    assert ring.verify("home_app", mine)
    assert not ring.verify("home_app", other)
    assert not ring.verify("nobody", mine)
    assert ring.owner("wrong") is None
    assert not ring.verify("home_app", "")


def test_a_second_key_replaces_the_first(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "door")
    first = ring.create("home_app")
    second = ring.create("home_app")
    assert not ring.verify("home_app", first)
    assert KeyRing(tmp_path / "door").verify("home_app", second)


def test_the_store_holds_only_a_hash_and_is_used_beside_a_running_door(clinic: Any, make_form: Any) -> None:
    key = KeyRing(clinic.folder).create("home_app")
    assert clinic.send(make_form("P1", "M1")) == ("accepted",)
    content = b"".join(path.read_bytes() for path in clinic.folder.iterdir())
    assert key.encode() not in content
    assert KeyRing(clinic.folder).verify("home_app", key)


def test_keys_of_two_names_open_the_same_source_and_leave_each_other_alone(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "door")
    page, sender = ring.create("home_app", "page"), ring.create("home_app")
    again = ring.create("home_app")
    assert [ring.verify("home_app", key) for key in (page, sender, again)] == [True, False, True]
