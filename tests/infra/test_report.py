import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from infra.report import plain, print_json, print_table


@dataclass(frozen=True)
class Report:
    name: str
    when: datetime
    counts: Counter[str]
    places: tuple[Path, ...]


REPORT = Report("café", datetime(2026, 5, 4, 3, 2, tzinfo=UTC), Counter(a=2), (Path("x/y"),))


def test_a_report_becomes_plain_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([REPORT])
    written = capsys.readouterr().out
    assert "café" in written
    assert json.loads(written) == [
        {"name": "café", "when": "2026-05-04T03:02:00+00:00", "counts": {"a": 2}, "places": ["x/y"]}
    ]


def test_every_value_has_a_plain_form() -> None:
    assert plain({1: {date(2026, 1, 2)}, None: (True, 1.5, None)}) == {
        "1": ["2026-01-02"],
        "None": [True, 1.5, None],
    }
    assert plain(1 + 2j) == "(1+2j)"


def test_a_table_shows_counts_right_and_words_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    print_table("Counts", ("source", "n", "fine"), [("a", 12345, True), ("long name", 7, False)])
    lines = [line.strip("│┃ ") for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Counts"
    first, second = (next(line for line in lines if line.startswith(word)) for word in ("a ", "long"))
    cells = [line.split("│") for line in (first, second)]
    assert [cell[1].strip() for cell in cells] == ["12,345", "7"]
    assert cells[1][1].endswith("7 ")
    assert [cell[2].strip() for cell in cells] == ["yes", "no"]


def test_what_is_not_known_is_an_empty_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Sent", ("source", "sent"), [("a", None), ("b", 0.123456)])
    written = capsys.readouterr().out
    assert "None" not in written
    assert "0.1235" in written
