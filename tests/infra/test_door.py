"""Opening the door for verbs and services: keys, refusals, and a file through a real broker."""

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from contracts.registry import UnknownSource
from contracts.settings import Settings
from infra.conservation import accounts, read_receipts
from infra.door import ingest_file_at, new_key, now, serve_http, write_record_key
from infra.refusal import Refusal
from infra.workload import device_records
from ingest.keys import KeyRing

AtHome = Callable[..., Settings]


def test_the_clock_of_the_doors_knows_its_zone() -> None:
    assert now().tzinfo == UTC


def test_the_key_of_the_dashboards_form_is_made_once_for_this_user_only(at_home: AtHome) -> None:
    given = at_home()
    made = write_record_key(given)
    path = given.home.run / "record.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_record_key(given) == made
    assert KeyRing(given.home.door).verify("therapist_form", made)


def test_a_key_that_no_longer_opens_is_made_anew(at_home: AtHome) -> None:
    given = at_home()
    made = write_record_key(given)
    KeyRing(given.home.door).create("therapist_form", "page")
    again = write_record_key(given)
    assert again != made
    assert KeyRing(given.home.door).verify("therapist_form", again)


def test_a_new_key_replaces_the_one_before(at_home: AtHome) -> None:
    given = at_home()
    old, fresh = new_key(given, "dynamometer"), new_key(given, "dynamometer")
    ring = KeyRing(given.home.door)
    assert (ring.verify("dynamometer", old), ring.verify("dynamometer", fresh)) == (False, True)
    assert not ring.verify("home_app", fresh)


def test_an_unknown_source_gets_no_key_and_no_broker(at_home: AtHome, tmp_path: Path) -> None:
    given = at_home()
    path = tmp_path / "some.jsonl"
    path.touch()
    with pytest.raises(UnknownSource, match="There is no source 'nobody'"):
        new_key(given, "nobody")
    with pytest.raises(UnknownSource, match="There is no source 'nobody'"):
        ingest_file_at(given, path, "nobody", None)
    assert not given.home.broker.exists()


def test_a_missing_file_is_refused_before_a_broker_is_started(at_home: AtHome, tmp_path: Path) -> None:
    given = at_home()
    with pytest.raises(Refusal, match="There is no file"):
        ingest_file_at(given, tmp_path / "nothing.jsonl", "motion_sensor", None)
    assert not given.home.broker.exists()


def test_a_taken_port_is_refused_before_the_door_is_opened(at_home: AtHome, taken_port: int) -> None:
    given = at_home(http_port=taken_port)
    with pytest.raises(Refusal, match=f"Port {taken_port}, for the HTTP door, is in use by process"):
        serve_http(given)
    assert not given.home.door.exists()


@pytest.mark.broker
def test_a_file_goes_in_once(
    at_home: AtHome, clean_topics: Callable[..., None], broker: str, tmp_path: Path
) -> None:
    clean_topics(partitions=2)
    given = at_home(broker=broker, partitions=2)
    path = tmp_path / "sets.jsonl"
    path.write_bytes(b"\n".join([*device_records(20), b"{broken"]) + b"\n")
    heard: list[tuple[int, int]] = []
    report = ingest_file_at(given, path, "motion_sensor", lambda done, total: heard.append((done, total)))
    assert (report.received, report.accepted, report.rejected) == (21, 20, 1)
    assert heard[-1] == (21, 21)
    again = ingest_file_at(given, path, "motion_sensor", None)
    assert again.already_ingested
    (account,) = accounts(read_receipts(given), {"motion_sensor": 21})
    assert (account.holds, account.accepted, account.rejected) == (True, 20, 1)
