"""Units and how they convert: a short table, each row with its source.

Factors are those of NIST Special Publication 811 (2008), appendix B.8, which takes the exact ones from
the international yard and pound agreement of 1959 and the 3rd CGPM (1901).
"""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Unit:
    """A unit: what quantity it measures, and how many of the quantity's first unit one of it is."""

    symbol: str
    quantity: str
    factor: float
    citation: str


UNITS: Final[tuple[Unit, ...]] = (
    Unit("N", "force", 1.0, "SI"),
    Unit("lbf", "force", 4.4482216152605, "NIST SP 811 B.8: pound-force, exact"),
    Unit("kgf", "force", 9.80665, "NIST SP 811 B.8: kilogram-force, exact (3rd CGPM 1901)"),
    Unit("kg", "mass", 1.0, "SI"),
    Unit("lb", "mass", 0.45359237, "NIST SP 811 B.8: pound (avoirdupois), exact"),
    Unit("deg", "angle", 1.0, "SI brochure, table 8"),
    Unit("rad", "angle", 180 / math.pi, "SI: 2 pi rad are 360 degrees"),
    Unit("cm", "length", 1.0, "SI"),
    Unit("in", "length", 2.54, "NIST SP 811 B.8: inch, exact"),
    Unit("s", "time", 1.0, "SI"),
    Unit("min", "time", 60.0, "SI brochure, table 8"),
)
_BY_SYMBOL: Final = {unit.symbol: unit for unit in UNITS}


def convertible(unit: str, to: str) -> bool:
    """Whether both units are known and measure the same quantity; a unit always converts to itself."""
    if unit == to:
        return True
    known = unit in _BY_SYMBOL and to in _BY_SYMBOL
    return known and _BY_SYMBOL[unit].quantity == _BY_SYMBOL[to].quantity


def factor(unit: str, to: str) -> float:
    """How many ``to`` one ``unit`` is; raises ``ValueError`` when they do not measure the same."""
    if unit == to:
        return 1.0
    if not convertible(unit, to):
        raise ValueError(f"{unit} does not convert to {to}; contracts/units.py lists the units.")
    return _BY_SYMBOL[unit].factor / _BY_SYMBOL[to].factor


def convert(value: float, unit: str, to: str) -> float:
    """The value in ``to``; raises ``ValueError`` when the units do not measure the same."""
    return value * factor(unit, to)
