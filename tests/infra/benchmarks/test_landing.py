import pytest

from infra.benchmarks import landing as module
from infra.benchmarks.carrying import Failed, Took
from infra.benchmarks.delivering import Backlog
from infra.benchmarks.landing import landing


class NoPlace:
    """Nothing is started in these tests."""


def test_the_best_turn_of_each_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, bare = iter([4.0, 2.0]), iter([3.0, 1.0])
    monkeypatch.setattr(module, "_ours", lambda *_: Took(100, next(ours), 1.0))
    monkeypatch.setattr(module, "_bare", lambda *_: Took(100, next(bare), 1.0))
    (figure,) = landing(NoPlace(), Backlog({0: 100}), 2)  # type: ignore[arg-type]
    assert (figure.value, figure.ratio) == (50.0, 0.5)


def test_what_fails_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Took:
        raise Failed("it ended with 1")

    monkeypatch.setattr(module, "_bare", fails)
    (figure,) = landing(NoPlace(), Backlog({0: 100}), 1)  # type: ignore[arg-type]
    assert figure.missing == "it ended with 1"
