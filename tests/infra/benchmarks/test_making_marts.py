"""The figures of the marts come from builds that were made; how fast anything is is not for a test to say."""

import sys
from pathlib import Path

import pytest

from infra.benchmarks import making_marts as module
from infra.benchmarks.carrying import Failed
from infra.benchmarks.cores import Cores
from infra.benchmarks.making_marts import NAMES, Watched, making_marts
from infra.benchmarks.our_marts import Parts

NO_CORES = Cores(None, None)
FULL = Parts(True, 10.0, 30.0, 2.0, 1.0, 5.0, 1.0)
NEWS = Parts(False, 1.0, 1.0, 2.0, 1.0, 5.0, 1.0)


def test_what_grows_with_the_data_is_loading_and_models() -> None:
    assert FULL.work_s == 40.0


def test_a_program_is_run_to_its_end_and_its_memory_is_seen() -> None:
    watched = module._run(
        [sys.executable, "-c", "import time; x = bytearray(80_000_000); time.sleep(1); print(len(x))"],
        NO_CORES,
    )
    assert watched.lines == ["80000000"]
    assert watched.peak_mb > 10


def test_a_program_that_fails_says_its_last_words() -> None:
    with pytest.raises(Failed, match="no such lake"):
        module._run([sys.executable, "-c", "raise SystemExit('no such lake')"], NO_CORES)


def test_ratios_are_of_loading_and_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    import msgspec

    answers = iter(
        [
            Watched(
                [
                    '{"meter": "began", "clock": 0.0, "cpu": 0.0}',
                    '{"meter": "ended", "clock": 20.0, "cpu": 1.0}',
                ]
            ),
            Watched([json.dumps(msgspec.to_builtins(FULL))], 700.0),
            Watched([json.dumps(msgspec.to_builtins(NEWS))], 300.0),
        ]
    )
    monkeypatch.setattr(module, "_run", lambda *_given: next(answers))
    figures = {each.name: each for each in making_marts(tmp_path, NO_CORES, tmp_path, 3_000, small=True)}
    assert figures[NAMES[0]].ratio == 0.5
    assert figures[NAMES[1]].ratio == 20.0
    assert figures["memory of a build"].value == 700


def test_what_fails_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object) -> Watched:
        raise Failed("it ended with 1")

    monkeypatch.setattr(module, "_run", fails)
    figures = list(making_marts(tmp_path, NO_CORES, tmp_path, 3_000, small=True))
    assert [each.missing for each in figures] == ["it ended with 1"] * 2
