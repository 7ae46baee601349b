"""A report comes back to the byte, whatever became of the release and of the code since."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Home
from infra import release_artefact, release_page
from infra.refusal import Refusal
from infra.release_artefact import compose, find
from warehouse.artefact import keep_artefact

GOLDEN = Path(__file__).parent / "golden"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def people(person: Any) -> list[Any]:
    return [person(f"p{each}", datetime(2026, 1, 5, tzinfo=UTC), float(4 + each % 4)) for each in range(40)]


def test_the_same_marts_give_the_same_bytes_and_no_person_is_in_them(
    figures_of: Any, people: list[Any]
) -> None:
    path = figures_of(people, AS_OF)
    content = compose(path, 11)
    assert compose(path, 11) == content
    assert not any(each.key in content.decode() for each in people[11:])
    assert b"patient_key" not in content


def test_an_artefact_of_the_first_version_is_reprinted_to_the_byte(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*_: object) -> str:
        raise AssertionError("a stored report is never rendered anew")

    for name in ("text", "page"):
        monkeypatch.setattr(release_page, name, other)
    monkeypatch.setattr(release_artefact, "VERSION", 99)
    stored = (GOLDEN / "release_artefact_1.json").read_bytes()
    keep_artefact(home.marts, "1", stored)
    found = find(home.marts, "1")
    assert found.printed("text") == (GOLDEN / "release_report_1.txt").read_bytes()
    assert found.printed("html") == (GOLDEN / "release_report_1.html").read_bytes()
    assert found.printed("json") == stored


def test_this_version_renders_the_golden_figures_as_the_golden_report() -> None:
    """Another rendering is no mistake: then make the golden files anew; old artefacts keep theirs."""
    stored = json.loads((GOLDEN / "release_artefact_1.json").read_bytes())
    assert release_page.text(stored, stored["figures"]) == (GOLDEN / "release_report_1.txt").read_text()
    assert release_page.page(stored, stored["figures"]) == (GOLDEN / "release_report_1.html").read_text()


def kept(home: Home, release: str, built_at: str) -> None:
    says = {"release": release, "built_at": built_at, "as_of": built_at, "text": f"report {release}"}
    keep_artefact(home.marts, release, json.dumps(says).encode())


def test_a_day_finds_the_newest_release_built_until_its_end(home: Home) -> None:
    kept(home, "1", "2026-03-30T10:00:00+00:00")
    kept(home, "2", "2026-03-31T23:59:59+00:00")
    kept(home, "3", "2026-04-01T00:00:00+00:00")
    assert find(home.marts, "2026-03-31").release == "2"
    assert find(home.marts, "2026-12-31").release == "3"
    with pytest.raises(Refusal, match="until the end of 2026-03-29"):
        find(home.marts, "2026-03-29")


def test_without_a_release_named_it_is_the_current_one(home: Home) -> None:
    with pytest.raises(Refusal, match="myomap refresh"):
        find(home.marts, None)
    kept(home, "1", "2026-03-30T10:00:00+00:00")
    kept(home, "2", "2026-03-31T10:00:00+00:00")
    (home.marts / "1.duckdb").write_bytes(b"a release")
    (home.marts / "current").write_text("1.duckdb\n")
    assert find(home.marts, None).release == "1"


@pytest.mark.parametrize("asked", ["9", "yesterday", "2026-02-30"])
def test_what_there_is_not_is_said_in_a_sentence(home: Home, asked: str) -> None:
    kept(home, "1", "2026-03-30T10:00:00+00:00")
    with pytest.raises(Refusal, match=r"release 1|neither a release's number nor a day"):
        find(home.marts, asked)


def test_a_damaged_report_is_said_in_a_sentence(home: Home) -> None:
    keep_artefact(home.marts, "1", b"torn")
    with pytest.raises(Refusal, match="damaged"):
        find(home.marts, "1")
