"""A release is there as a whole or not at all, whatever fails, and however many read meanwhile."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.artefact import artefact_of
from warehouse.durable import Disk
from warehouse.keeping import Keeping, tidy
from warehouse.refused import LakeRefused, ReleaseRefused, WarehouseRefused
from warehouse.release import HELD, Note, copied, current, newest, next_number, note_of, publish

TABLES = ("fct_episode", "fct_session", "agg_outcomes")
STEPS = 24
"""More steps of a disk than a publish takes."""


def note(number: int, erased: int = 0) -> Note:
    return Note(str(number), "digest", {"events": {"0": number}}, erased, {"release": str(number)})


def fill(candidate: Path, number: int, rows: int = 300) -> Path:
    """A candidate in which every table says its release, in as many rows as the release has."""
    with duckdb.connect(str(candidate)) as connection:
        for name in TABLES:
            connection.execute(
                f"CREATE OR REPLACE TABLE {name} AS"
                f" SELECT {number} AS release, range AS n FROM range({rows + number})"
            )
        connection.execute(
            f"CREATE OR REPLACE TABLE ops_release AS SELECT '{number}' AS release,"
            " TIMESTAMPTZ '2026-01-01 00:00:00+00' AS as_of"
        )
    return candidate


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    (tmp_path / "building").mkdir()
    return fill(tmp_path / "building" / "candidate.duckdb", 1)


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    (tmp_path / "marts").mkdir()
    return tmp_path / "marts"


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def is_whole(path: Path, number: int) -> bool:
    return all(
        rows(path, f"SELECT count(*), min(release), max(release) FROM {name}")
        == [(300 + number, number, number)]
        for name in TABLES
    )


def test_a_release_is_the_candidate_to_the_byte_and_the_pointer_names_it(
    candidate: Path, marts: Path
) -> None:
    assert current(marts) is None
    assert next_number(marts) == 1
    assert publish(candidate, marts, note(1))
    assert (marts / "current").read_text() == "1.duckdb\n"
    released = current(marts)
    assert released is not None
    assert released.read_bytes() == candidate.read_bytes()
    assert is_whole(released, 1)
    assert note_of(released) == note(1)
    assert next_number(marts) == 2


def test_a_number_is_never_used_twice_though_its_release_has_gone(candidate: Path, marts: Path) -> None:
    publish(candidate, marts, note(4), report=lambda _: b"{}\n")
    (marts / "4.duckdb").unlink()
    assert next_number(marts) == 5


def test_a_candidate_goes_on_after_its_release(candidate: Path, marts: Path) -> None:
    publish(candidate, marts, note(1))
    publish(fill(candidate, 2), marts, note(2))
    assert is_whole(marts / "1.duckdb", 1)
    assert is_whole(marts / "2.duckdb", 2)


def test_what_another_process_left_in_the_log_of_the_candidate_is_in_the_release(
    candidate: Path, marts: Path
) -> None:
    left = f"""
        import duckdb, os
        connection = duckdb.connect({str(candidate)!r})
        connection.execute("SET checkpoint_threshold = '1TB'")
        connection.execute("CREATE TABLE late AS SELECT 5 AS value")
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(left)], check=True)
    assert candidate.with_name("candidate.duckdb.wal").exists()
    publish(candidate, marts, note(1))
    assert rows(marts / "1.duckdb", "SELECT value FROM late") == [(5,)]


def test_the_artefact_of_the_candidate_is_kept_with_the_release(candidate: Path, marts: Path) -> None:
    def report(path: Path) -> bytes:
        return json.dumps(rows(path, "SELECT release FROM ops_release")).encode()

    publish(candidate, marts, note(1), report=report)
    assert artefact_of(marts, "1") == b'[["1"]]'


def test_a_held_pointer_stays_and_the_release_is_there(candidate: Path, marts: Path) -> None:
    publish(candidate, marts, note(1))
    (marts / HELD).write_text('{"release": "1", "at": "2026-01-01T00:00:00+00:00"}')
    assert not publish(fill(candidate, 2), marts, note(2))
    assert current(marts) == marts / "1.duckdb"
    assert newest(marts) == marts / "2.duckdb"


def test_a_hold_that_cannot_be_read_is_never_passed_over(candidate: Path, marts: Path) -> None:
    publish(candidate, marts, note(1))
    (marts / HELD).write_text("torn")
    with pytest.raises(ReleaseRefused, match="myomap release resume"):
        publish(fill(candidate, 2), marts, note(2))
    assert current(marts) == marts / "1.duckdb"


class Fails(Disk):
    """A disk whose n-th step fails with an error number, or kills the process."""

    def __init__(self, left: int, fault: int | None) -> None:
        self.left, self.fault = left, fault

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            if self.fault is None:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(self.fault, os.strerror(self.fault or 0))

    def open(self, path: Path) -> Any:
        self._step()
        return super().open(path)

    def sync(self, handle: int) -> None:
        self._step()
        super().sync(handle)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)
        self._step()


def _in_force(marts: Path) -> int:
    standing = current(marts)
    assert standing is not None
    return int(standing.stem)


@pytest.mark.parametrize(
    "fault", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=["full", "I/O error", "permission"]
)
def test_whichever_step_fails_the_old_release_stays_in_force_until_the_last_one(
    candidate: Path, marts: Path, fault: int
) -> None:
    publish(candidate, marts, note(1), report=lambda _: b"{}\n")
    fill(candidate, 2)
    for step in range(STEPS):
        disk = Fails(step, fault)
        try:
            publish(candidate, marts, note(2), disk, lambda _: b"{}\n")
        except LakeRefused as refused:
            assert "could not be written" in str(refused)
        standing = _in_force(marts)
        assert is_whole(marts / f"{standing}.duckdb", standing)
        if standing == 2:
            break
        assert disk.left < 0, "it ended without a fault and is not in force"
    assert standing == 2, "without a fault it comes into force"
    assert step > 8


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import importlib.util
spec = importlib.util.spec_from_file_location("of_release", {file!r})
of = importlib.util.module_from_spec(spec)
spec.loader.exec_module(of)
of.publish(Path({candidate!r}), Path({marts!r}), of.note(2), of.Fails({step}, None), lambda _: b"{{}}")
"""


@pytest.mark.slow
def test_killed_at_any_step_the_old_release_or_the_whole_new_one_is_in_force(
    candidate: Path, marts: Path
) -> None:
    publish(candidate, marts, note(1))
    fill(candidate, 2)
    deaths = 0
    for step in range(STEPS):
        code = KILLED.format(
            folder=str(Path.cwd()), file=__file__, candidate=str(candidate), marts=str(marts), step=step
        )
        ended = subprocess.run([sys.executable, "-c", code], check=False)
        standing = _in_force(marts)
        assert is_whole(marts / f"{standing}.duckdb", standing)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
        deaths += 1
    assert standing == 2
    assert deaths > 8


def test_a_candidate_that_is_damaged_or_missing_is_a_refusal(candidate: Path, marts: Path) -> None:
    publish(candidate, marts, note(1))
    candidate.write_bytes(b"torn" * 5000)
    with pytest.raises(WarehouseRefused, match="current release stays"):
        publish(candidate, marts, note(2))
    candidate.unlink()
    with pytest.raises(WarehouseRefused, match="current release stays"):
        publish(candidate, marts, note(2))
    assert not candidate.exists(), "nothing is made in its place"
    assert current(marts) == marts / "1.duckdb"


def test_where_the_kernel_cannot_copy_the_bytes_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> int:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "copy_file_range", refuses, raising=False)
    source, target = io.BytesIO(b"abc" * 9000), tmp_path / "copy"
    (tmp_path / "source").write_bytes(source.getvalue())
    with (tmp_path / "source").open("rb") as original, target.open("wb") as copy:
        copied(original, copy)
    assert target.read_bytes() == source.getvalue()


def test_a_pointer_to_nothing_is_no_release(marts: Path) -> None:
    (marts / "current").write_text("4.duckdb\n")
    assert current(marts) is None


READER = """
import json, sys
from pathlib import Path
import duckdb
marts, reads = Path(sys.argv[1]), int(sys.argv[2])
hardened = {"enable_external_access": "false", "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false", "lock_configuration": "true"}
told = {"reads": 0, "mixtures": 0, "errors": [], "backwards": 0, "seen": []}
print("ready", flush=True)
last = 0
while told["reads"] < reads:
    told["reads"] += 1
    try:
        path = marts / (marts / "current").read_text().strip()
        with duckdb.connect(str(path), read_only=True, config=dict(hardened)) as connection:
            found = [connection.cursor().execute(
                f"SELECT count(*), min(release), max(release) FROM {name}").fetchone()
                for name in ("fct_episode", "fct_session", "agg_outcomes")]
    except Exception as problem:
        told["errors"].append(repr(problem)[:200])
        continue
    number = found[0][1]
    told["mixtures"] += any(each != (300 + number, number, number) for each in found)
    told["backwards"] += number < last
    last = number
    told["seen"] = sorted({*told["seen"], number})
told["seen"] = len(told["seen"])
print(json.dumps(told))
"""


def while_read(
    candidate: Path, marts: Path, releases: int, readers: int, reads: int, publishing: Callable[..., Any]
) -> list[dict[str, Any]]:
    """Publish so many releases while so many processes read; what each of them saw."""
    publishing(candidate, marts, note(1))
    asked = [sys.executable, "-c", READER, str(marts), str(reads // readers)]
    children = [subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) for _ in range(readers)]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for number in range(2, releases + 1):
        publishing(fill(candidate, number), marts, note(number))
        if number % 10 == 0:
            tidy(marts, Keeping(0, 0), datetime.now(UTC), grace=timedelta(seconds=2))
    return [json.loads(child.communicate()[0]) for child in children]


def summed(told: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "reads": sum(each["reads"] for each in told),
        "mixtures": sum(each["mixtures"] for each in told),
        "errors": sum(len(each["errors"]) for each in told),
        "backwards": sum(each["backwards"] for each in told),
    }


@pytest.mark.slow
def test_readers_never_see_a_mixture_an_error_or_an_older_release(candidate: Path, marts: Path) -> None:
    told = while_read(candidate, marts, releases=60, readers=4, reads=1_200, publishing=publish)
    assert summed(told) == {"reads": 1_200, "mixtures": 0, "errors": 0, "backwards": 0}, told
    assert max(each["seen"] for each in told) > 3, "the readers saw releases come"


@pytest.mark.nightly
def test_ten_thousand_reads_while_five_hundred_releases_come(candidate: Path, marts: Path) -> None:
    told = while_read(candidate, marts, releases=500, readers=8, reads=10_000, publishing=publish)
    assert summed(told) == {"reads": 10_000, "mixtures": 0, "errors": 0, "backwards": 0}, told
    assert max(each["seen"] for each in told) > 3
