"""Which releases stay, and that none goes while somebody reads it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.artefact import artefact_of, keep_artefact
from warehouse.keeping import GRACE, Keeping, Known, is_read, reasons, releases, tidy
from warehouse.pins import pin, rollback
from warehouse.release import Note

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LONG_AGO = GRACE * 3


def days_ago(number: int, days: float, erased: int = 0) -> Known:
    return Known(number, NOW - timedelta(days=days), erased)


def test_a_week_and_the_last_of_each_month_and_pinned_ones_and_the_current_one_stay() -> None:
    ages = {1: 90, 2: 76.6, 3: 76.4, 4: 45, 5: 20, 6: 15, 7: 14, 8: 6.9, 9: 0.1}
    # 76.5 days before noon of 15 June is the midnight that begins the last day of March.
    known = [days_ago(number, age) for number, age in ages.items()]
    found = reasons(known, 9, frozenset({5}), Keeping(7, 24), NOW)
    assert found == {
        1: (),
        2: (),
        3: ("month",),
        4: (),
        5: ("pinned",),
        6: ("month",),
        7: (),
        8: ("recent",),
        9: ("recent", "month", "current"),
    }


def test_months_beyond_the_setting_go() -> None:
    known = [days_ago(1, 70), days_ago(2, 40), days_ago(3, 0)]
    assert reasons(known, 3, frozenset(), Keeping(0, 2), NOW)[1] == ()
    assert reasons(known, 3, frozenset(), Keeping(0, 2), NOW)[2] == ("month",)


def test_after_an_erasure_nothing_that_was_built_before_stays_pinned_or_not() -> None:
    known = [days_ago(1, 2), days_ago(2, 1), days_ago(3, 0, erased=1)]
    found = reasons(known, 3, frozenset({1}), Keeping(), NOW)
    assert (found[1], found[2]) == ((), ())
    assert "current" in found[3]


def test_what_is_held_in_force_stays_and_so_does_what_waits_behind_it() -> None:
    known = [days_ago(1, 90), days_ago(2, 80), days_ago(3, 70, erased=1)]
    found = reasons(known, 1, frozenset(), Keeping(0, 0), NOW, is_held=True)
    assert found == {1: ("current",), 2: (), 3: ("next",)}


def test_what_was_never_in_force_or_never_finished_goes() -> None:
    torn = Known(4, NOW, 9, is_finished=False)
    found = reasons([days_ago(2, 0), days_ago(3, 0), torn], 2, frozenset(), Keeping(), NOW)
    assert (found[3], found[4]) == ((), ())
    assert "current" in found[2]


HISTORIES = st.lists(st.tuples(st.floats(0, 900), st.integers(0, 2)), min_size=1, max_size=25)


@settings(max_examples=50, deadline=None)
@given(HISTORIES, st.sets(st.integers(0, 24)), st.integers(0, 24), st.integers(0, 30), st.integers(0, 30))
def test_the_current_one_always_stays_and_of_the_others_none_that_holds_erased_people(
    history: list[tuple[float, int]], pins: set[int], at: int, days: int, months: int
) -> None:
    ages = sorted((age for age, _ in history), reverse=True)
    erased = sorted(each for _, each in history)
    known = [days_ago(number, age, gone) for number, (age, gone) in enumerate(zip(ages, erased, strict=True))]
    standing = min(at, len(known) - 1)
    for is_held in (False, True):
        found = reasons(known, standing, frozenset(pins), Keeping(days, months), NOW, is_held)
        assert "current" in found[standing]
        for each in known:
            if each.number != standing and found[each.number]:
                assert each.erased == erased[-1]
            if each.erased == erased[-1] and each.number in pins and each.number <= standing:
                assert "pinned" in found[each.number]


def made(marts: Path, number: int, days: float = 0, erased: int = 0) -> Path:
    marts.mkdir(exist_ok=True)
    path = marts / f"{number}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {number} AS release")
    built_at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    facts = {"as_of": "2026-06-01T00:00:00+00:00", "events": 10, "patients": 2}
    note = Note(str(number), "digest", {}, erased, facts, built_at)
    path.with_suffix(".json").write_bytes(msgspec.json.encode(note))
    (marts / "current").write_text(f"{number}.duckdb\n")
    return path


@contextmanager
def reading(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open as pages do."""
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
        "sys.stdin.readline(); print(c.execute('SELECT release FROM t').fetchone()[0], flush=True)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def later() -> datetime:
    """When nobody can be on the way to a release any more."""
    return datetime.now(UTC) + LONG_AGO


def test_a_release_goes_only_when_nobody_reads_it(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    old, _ = made(marts, 1, days=99), made(marts, 2, days=90)
    made(marts, 3)
    with reading(old) as reader:
        assert is_read(old)
        assert tidy(marts, Keeping(7, 0), later()) == (2,)
        assert old.exists()
        assert not (marts / "2.json").exists()
        answer, _ = reader.communicate("go on\n")
        assert answer == "1\n"
    assert not is_read(old)
    assert tidy(marts, Keeping(7, 0), later()) == (1,)


def test_a_killed_reader_keeps_nothing(tmp_path: Path) -> None:
    old = made(tmp_path / "marts", 1, days=99)
    with reading(old) as reader:
        reader.kill()
        reader.wait()
        assert not is_read(old)


def test_asking_who_reads_disturbs_neither_who_reads_nor_who_opens(tmp_path: Path) -> None:
    old = made(tmp_path / "marts", 1)
    code = (
        "import sys; from pathlib import Path; from warehouse.keeping import is_read\n"
        "print('asking', flush=True)\nwhile True: is_read(Path(sys.argv[1]))"
    )
    asking = subprocess.Popen([sys.executable, "-c", code, str(old)], stdout=subprocess.PIPE, text=True)
    assert asking.stdout is not None
    asking.stdout.readline()
    try:
        for _ in range(200):
            with duckdb.connect(str(old), read_only=True) as connection:
                assert connection.execute("SELECT release FROM t").fetchone() == (1,)
        assert asking.poll() is None, "it asks to the end, also while the file is read"
    finally:
        asking.kill()
        asking.wait()


def test_what_the_pointer_named_a_moment_ago_stays_for_those_on_the_way(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    for number in (1, 2, 3):
        made(marts, number, days=99)
    assert tidy(marts, Keeping(0, 0), datetime.now(UTC)) == ()
    assert tidy(marts, Keeping(0, 0), later()) == (1, 2)


def test_after_an_erasure_pinned_releases_go_and_their_reports_stay(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    made(marts, 1)
    keep_artefact(marts, "1", b"figures")
    pin(marts, "1")
    made(marts, 2)
    made(marts, 3, erased=1)
    told = {each.release: each for each in releases(marts, Keeping(), later())}
    assert (told["1"].holds_erased, told["1"].kept_because) == (True, ())
    assert not told["3"].holds_erased
    with reading(marts / "1.duckdb"):
        assert tidy(marts, Keeping(), later()) == (2,)
    assert tidy(marts, Keeping(), later()) == (1,)
    assert artefact_of(marts, "1") == b"figures"


def test_what_a_person_put_in_force_stays_through_an_erasure_and_is_said(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    made(marts, 1, days=99)
    made(marts, 2)
    rollback(marts, "1", NOW)
    made(marts, 3, erased=1)
    (marts / "current").write_text("1.duckdb\n")
    assert tidy(marts, Keeping(), later()) == (2,)
    told = {each.release: each for each in releases(marts, Keeping(), later())}
    assert told["1"].holds_erased
    assert told["1"].kept_because == ("current",)


def test_what_was_never_finished_goes_and_a_current_one_of_unknown_making_stays(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    made(marts, 1)
    (marts / "1.json").unlink()
    (marts / "9.duckdb").write_bytes(b"made, but never finished")
    (marts / "8.duckdb.unfinished").write_bytes(b"torn")
    assert tidy(marts, Keeping(), later()) == (9,)
    assert sorted(path.name for path in marts.glob("*.duckdb*")) == ["1.duckdb"]
    assert [each.kept_because[-1] for each in releases(marts, Keeping(), later())] == ["current"]


def test_a_list_of_pins_that_cannot_be_read_removes_nothing(tmp_path: Path) -> None:
    marts = tmp_path / "marts"
    made(marts, 1, days=99)
    made(marts, 2)
    (marts / "pins.json").write_text("torn")
    with pytest.raises(Exception, match="none is removed"):
        tidy(marts, Keeping(0, 0), later())
    assert (marts / "1.duckdb").exists()
