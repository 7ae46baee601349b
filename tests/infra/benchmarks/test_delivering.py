import pytest

from infra.benchmarks.carrying import Failed, Took
from infra.benchmarks.delivering import Backlog, held_against
from infra.benchmarks.quix_environment import NotToBeHad

OURS = Took(1_000, 2.0, 1.5)


def test_a_rate_is_held_against_the_other_ones() -> None:
    figure = held_against("worker against Quix Streams", OURS, lambda: Took(1_000, 6.0, 6.0))
    assert figure.value == 500
    assert figure.ratio == 3
    assert not figure.is_low


@pytest.mark.parametrize("problem", [NotToBeHad("the registry is away"), Failed("it ended with 1")])
def test_what_cannot_be_compared_is_said_to_be_not_measured(problem: Exception) -> None:
    def fails() -> Took:
        raise problem

    figure = held_against("worker against Quix Streams", OURS, fails)
    assert figure.missing == str(problem)
    assert figure.value is None


def test_a_backlog_counts_all_partitions() -> None:
    assert Backlog({0: 3, 1: 0, 2: 4}).events == 7
