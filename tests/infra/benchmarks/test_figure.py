import pytest

from infra.benchmarks.figure import Figure, compared, not_measured, told
from infra.benchmarks.floors import FLOORS


def test_a_ratio_is_ours_over_theirs_and_comes_with_its_floor() -> None:
    figure = compared("stores read back", 84_000, "states/s", 4_000)
    assert (figure.value, figure.ratio) == (84_000, 21)
    assert figure.floor == FLOORS["stores read back"].floor
    assert figure.against == FLOORS["stores read back"].against


@pytest.mark.parametrize(("share_of_floor", "is_low"), [(0.99, True), (1.0, False)])
def test_a_ratio_below_its_floor_is_low(share_of_floor: float, is_low: bool) -> None:
    ours = 4_000 * FLOORS["stores read back"].floor * share_of_floor
    assert compared("stores read back", ours, "states/s", 4_000).is_low == is_low


def test_what_is_only_told_is_never_low() -> None:
    assert not told("start", 99.0, "s").is_low
    assert told("start", 99.0, "s").aim


def test_what_was_not_measured_keeps_its_floor_and_says_why() -> None:
    figure = not_measured("worker against Quix Streams", "events/s", "the registry is away")
    assert figure.value is None
    assert figure.ratio is None
    assert figure.missing == "the registry is away"
    assert figure.floor == FLOORS["worker against Quix Streams"].floor
    assert not figure.is_low


def test_a_value_says_no_more_than_was_measured() -> None:
    assert told("start", 3.14159, "s").value == 3.14
    assert isinstance(Figure("a", 1.0, "s"), Figure)
