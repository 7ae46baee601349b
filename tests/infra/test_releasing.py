"""What an operator is told of releases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from contracts.settings import Home, Settings
from infra.releasing import held_words, lines_of, listed
from warehouse.artefact import keep_artefact
from warehouse.pins import rollback
from warehouse.release import Note

AtHome = Callable[..., Settings]


def made(marts: Path, number: int, days: float = 0, erased: int = 0) -> None:
    marts.mkdir(parents=True, exist_ok=True)
    (marts / f"{number}.duckdb").write_bytes(b"a release")
    built_at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    facts = {"as_of": "2026-06-01T08:30:00+00:00", "events": 10, "patients": 2}
    note = Note(str(number), "digest", {}, erased, facts, built_at)
    (marts / f"{number}.json").write_bytes(msgspec.json.encode(note))
    (marts / "current").write_text(f"{number}.duckdb\n")


def test_each_release_is_told_with_why_it_stays(at_home: AtHome, home: Home) -> None:
    made(home.marts, 1, days=40)
    made(home.marts, 2)
    keep_artefact(home.marts, "2", b"{}")
    found = listed(at_home(release_days=7, release_months=0))
    assert [(each.release, each.kept_because, each.has_report) for each in found.releases] == [
        ("2", ("recent", "current"), True),
        ("1", (), False),
    ]
    assert found.releases[1].words()[1:] != ()
    assert "goes when unread" in found.releases[1].words()
    assert any("myomap report --as-of" in line for line in lines_of(found))


def test_a_held_pointer_and_erased_people_are_said(at_home: AtHome, home: Home) -> None:
    made(home.marts, 1)
    made(home.marts, 2)
    rollback(home.marts, "1", datetime(2026, 6, 1, 9, 30, tzinfo=UTC))
    made(home.marts, 3, erased=1)
    (home.marts / "current").write_text("1.duckdb\n")
    found = listed(at_home())
    said = " ".join(lines_of(found))
    assert (found.held_at, found.held_since) == ("1", "2026-06-01T09:30:00+00:00")
    assert held_words("1", "2026-06-01T09:30:00+00:00") in said
    assert "erased since" in said
    assert "next" in found.releases[0].kept_because


def test_where_there_is_nothing_nothing_is_told(at_home: AtHome) -> None:
    found = listed(at_home())
    assert (found.releases, found.held_at, found.reports) == ((), None, ())
    assert lines_of(found) == []
