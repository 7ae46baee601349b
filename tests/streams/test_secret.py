from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.settings import Home, Settings
from streams.readiness import NotReady
from streams.secret import refused, secret_of

SECRET = "0123456789abcdef-secret"


def test_the_setting_wins_and_no_file_is_made(tmp_path: Path) -> None:
    given = Settings(Home(tmp_path), worker_secret=SECRET)
    assert secret_of(given) == SECRET
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_a_secret_is_made_once_for_its_user_only(tmp_path: Path) -> None:
    given = Settings(Home(tmp_path / "home"))
    first = secret_of(given)
    assert len(first) >= 32
    assert secret_of(given) == first
    assert given.home.worker_secret.stat().st_mode & 0o777 == 0o600
    assert secret_of(Settings(Home(tmp_path / "other"))) != first
    assert [each.name for each in given.home.root.iterdir()] == ["worker.secret"]


def test_workers_that_begin_at_once_have_the_same_secret(tmp_path: Path) -> None:
    given = Settings(Home(tmp_path / "home"))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(secret_of, [given] * 16))) == 1


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 40])
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    given = Settings(Home(tmp_path))
    given.home.worker_secret.write_bytes(content)
    with pytest.raises(NotReady, match=r"worker\.secret.*MYOMAP_WORKER_SECRET"):
        secret_of(given)


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {SECRET}", None),
        (None, 401),
        ("", 401),
        (f"Basic {SECRET}", 401),
        (SECRET, 401),
        ("Bearer ", 403),
        (f"Bearer {SECRET}x", 403),
        (f"Bearer {SECRET[:-1]}", 403),
        ("Bearer é\udcff", 403),
    ],
)
def test_only_who_sends_the_secret_is_let_in(authorization: str | None, status: int | None) -> None:
    assert refused(authorization, SECRET) == status


@pytest.mark.parametrize("authorization", [None, "Bearer ", "Bearer None", f"Bearer {SECRET}"])
def test_without_a_secret_nobody_is_let_in(authorization: str | None) -> None:
    assert refused(authorization, None) == 403
