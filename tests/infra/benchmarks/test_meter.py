import pytest

from infra.benchmarks.meter import Meter, moments


def test_the_beginning_is_told_once_and_the_end_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter()
    for _ in range(3):
        meter.begin()
    meter.end()
    lines = capsys.readouterr().out.splitlines()
    said = moments(["something else", *lines])
    assert len(lines) == 2
    assert said["began"].clock <= said["ended"].clock
    assert said["began"].cpu <= said["ended"].cpu


def test_who_said_nothing_has_no_moments() -> None:
    assert moments(["", "Traceback", "{}"]) == {}
