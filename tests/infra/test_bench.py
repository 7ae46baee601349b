"""The shape of what the bench says; how fast anything is here is not for a test to say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.settings import Home
from infra import bench
from infra.bench import NOT_MEASURED, TOO_SLOW, main, status_of
from infra.benchmarks.figure import Figure, not_measured, told
from infra.benchmarks.floors import AIMS, FLOORS

FIELDS = {"name", "value", "unit", "against", "ratio", "floor", "aim", "missing"}
GOOD = Figure("fold", 10, "events/s", "nothing", 0.5, 0.1)
LOW = Figure("fold", 10, "events/s", "nothing", 0.05, 0.1)


@pytest.mark.broker
@pytest.mark.slow
def test_a_quick_look_measures_every_figure(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(home.root))
    monkeypatch.setenv("COLUMNS", "250")
    out = tmp_path / "bench.json"
    assert main(["--small", "--out", str(out)]) in (0, TOO_SLOW, NOT_MEASURED)
    written = {each["name"]: each for each in json.loads(out.read_text())}
    said = capsys.readouterr()
    assert written.keys() >= FLOORS.keys() | (AIMS.keys() - {"memory, 20,000 patients"})
    assert all(set(each) == FIELDS for each in written.values())
    assert all(f"  {name}: " in said.err for name in written)
    assert all(name.split(",")[0] in said.out for name in written)
    # Without the package registry there is no Quix Streams; everything else must have been measured.
    missing = {name for name, each in written.items() if each["missing"]}
    assert missing <= {"worker against Quix Streams"}
    assert all(each["value"] is not None for name, each in written.items() if name not in missing)
    assert all(written[name]["ratio"] > 0 for name in FLOORS.keys() - missing)


def test_the_figures_are_written_and_the_status_says_whether_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(*_given: object) -> Iterator[Figure]:
        yield GOOD
        yield told("start", 3.0, "s")

    monkeypatch.setattr(bench, "measure", measured)
    out = tmp_path / "bench.json"
    assert main(["--out", str(out)]) == 0
    assert [each["name"] for each in json.loads(out.read_text())] == ["fold", "start"]
    assert "fold" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("figures", "status", "words"),
    [
        ([GOOD], 0, ""),
        ([GOOD, LOW], TOO_SLOW, "Below its floor: fold."),
        (
            [GOOD, not_measured("fresh host", "states/s", "no registry")],
            NOT_MEASURED,
            "NOT MEASURED: fresh host",
        ),
        ([LOW, not_measured("fresh host", "states/s", "no registry")], TOO_SLOW, "NOT MEASURED: fresh host"),
    ],
)
def test_the_status_tells_slow_from_unknown(
    figures: list[Figure], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(figures) == status
    assert words in capsys.readouterr().err


def test_the_profile_is_printed_in_place_of_the_figures(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(home.root))
    monkeypatch.setattr(bench, "measure", lambda *_given: pytest.fail("nothing is to be measured"))
    assert main(["--small", "--profile"]) == 0
    assert "cumulative" in capsys.readouterr().out
