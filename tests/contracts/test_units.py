"""Units convert there and back without loss, and never across quantities."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.units import UNITS, convert, convertible, factor

PAIRS = [(one.symbol, other.symbol) for one in UNITS for other in UNITS if one.quantity == other.quantity]


@settings(max_examples=60)
@given(pair=st.sampled_from(PAIRS), value=st.floats(-1e6, 1e6))
def test_there_and_back_is_the_same_value(pair: tuple[str, str], value: float) -> None:
    unit, to = pair
    assert convert(convert(value, unit, to), to, unit) == pytest.approx(value, rel=1e-12, abs=1e-12)


@settings(max_examples=60)
@given(pair=st.sampled_from(PAIRS), value=st.floats(-1e6, 1e6))
def test_conversion_keeps_order_and_zero(pair: tuple[str, str], value: float) -> None:
    assert convert(0.0, *pair) == 0.0
    assert (convert(value, *pair) > 0) == (value > 0)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "lbf", "N", 4.4482216152605),
        (1, "kgf", "N", 9.80665),
        (10, "lb", "kg", 4.5359237),
        (180, "deg", "rad", 3.141592653589793),
        (10, "in", "cm", 25.4),
        (1.5, "min", "s", 90),
    ],
)
def test_known_values(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


def test_force_is_no_mass() -> None:
    assert not convertible("kgf", "kg")
    with pytest.raises(ValueError, match="kgf does not convert to kg"):
        factor("kgf", "kg")


def test_a_unit_that_is_not_in_the_table_converts_to_itself_only() -> None:
    assert convertible("score", "score")
    assert not convertible("score", "N")


def test_every_row_says_where_it_is_from() -> None:
    assert all(unit.citation for unit in UNITS)
    assert len({unit.symbol for unit in UNITS}) == len(UNITS)
    for quantity in {unit.quantity for unit in UNITS}:
        assert next(unit.factor for unit in UNITS if unit.quantity == quantity) == 1.0
