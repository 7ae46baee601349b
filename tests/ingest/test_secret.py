"""The secret is made once, is its owner's alone, and its purposes tell nothing of each other."""

from pathlib import Path

import pytest

from ingest.errors import StoreError
from ingest.secret import SECRET_FILE, Secret, make_secret, read_secret


def test_a_secret_that_is_there_stays(tmp_path: Path) -> None:
    first = make_secret(tmp_path)
    assert make_secret(tmp_path) == read_secret(tmp_path) == first
    assert [each.name for each in tmp_path.iterdir()] == [SECRET_FILE]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    make_secret(tmp_path)
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600


def test_a_missing_or_damaged_secret_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is missing.*myomap restore"):
        read_secret(tmp_path)
    (tmp_path / SECRET_FILE).write_bytes(b"short")
    with pytest.raises(StoreError, match=r"is damaged.*myomap restore"):
        read_secret(tmp_path)


def test_purposes_and_secrets_differ() -> None:
    one, other = Secret(b"1" * 32), Secret(b"2" * 32)
    assert one.derived("marks") != one.derived("quarantine") != one.value
    assert one.masked("same") != other.masked("same")
    assert one.fingerprint() != other.fingerprint()
    assert "1111" not in repr(one)
