from pathlib import Path

import pytest

from infra import chromium


def test_a_browser_on_the_search_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "PLACES", ())
    browser = tmp_path / "chromium"
    browser.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find_chromium() == str(browser)


def test_its_absence_is_said_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "PLACES", (str(tmp_path / "nothing"),))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find_chromium() is None
    chromium.main()
    assert "THE BROWSER TESTS ARE PASSED OVER" in capsys.readouterr().out


def test_debians_browser_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "chromium"
    place.touch()
    monkeypatch.setattr(chromium, "PLACES", (str(place),))
    chromium.main()
    assert capsys.readouterr().out == f"Browser tests use {place}.\n"
