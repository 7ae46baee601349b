import json
from pathlib import Path

import pytest

from contracts.settings import Home
from infra.conservation import Account
from infra.demo_summary import Figures, Summary, as_json, figures_of, print_summary
from infra.refusal import Refusal

FIGURES = Figures("7", 2, 3, 5, 7)
FINE = Account("app", 10, 8, 1, 1, 10)
LOST = Account("form", 9, 9, 0, 0, 10)


def summary(*accounts: Account, lag: int = 0) -> Summary:
    return Summary(accounts, lag, {}, FIGURES, 61.0)


def test_the_release_is_counted(home: Home, release: Path) -> None:
    assert figures_of(home) == FIGURES


def test_without_a_release_there_are_no_figures(home: Home) -> None:
    with pytest.raises(Refusal, match="There is no release"):
        figures_of(home)


def test_all_is_well_only_when_every_account_holds_and_nothing_is_left() -> None:
    assert summary(FINE).is_well
    assert not summary(FINE, LOST).is_well
    assert not summary(FINE, lag=1).is_well
    assert not summary().is_well


def test_people_see_what_does_not_hold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    print_summary(summary(FINE, LOST), None)
    said = capsys.readouterr().out
    marks = {line.split("│")[1].strip(): line for line in said.splitlines() if line.count("│") > 5}
    assert "✓" in marks["app"]
    assert "✗" in marks["form"]
    assert "The account does not hold" in said
    assert "release 7 · 2 patients · 3 episodes · 5 measurements · 7 transitions · 61 s" in said
    assert "The dashboards" not in said


def test_people_are_led_to_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(summary(FINE), "http://127.0.0.1:8501")
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8501" in said
    assert "Therapist" in said
    assert "does not hold" not in said


def test_programs_get_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(json.dumps(as_json(summary(FINE))))
    assert found["well"] is True
    assert found["accounts"][0]["source"] == "app"
    assert found["figures"]["release"] == "7"
