"""A figure of the bench: what was reached, against what, and whether that is enough."""

from dataclasses import dataclass

from infra.benchmarks.floors import AIMS, FLOORS


@dataclass(frozen=True)
class Figure:
    """``value`` in ``unit``; ``ratio`` is value over what the other thing reached, not below ``floor``.

    A figure without a floor is only told. One that could not be measured has neither value nor ratio,
    and ``missing`` says why.
    """

    name: str
    value: float | None
    unit: str
    against: str = ""
    ratio: float | None = None
    floor: float | None = None
    aim: str = ""
    missing: str = ""

    @property
    def is_low(self) -> bool:
        """Whether it is below its floor."""
        return self.ratio is not None and self.floor is not None and self.ratio < self.floor


def compared(name: str, value: float, unit: str, other: float) -> Figure:
    """A figure with a floor; ``other`` is what the other thing reached, in the same unit."""
    floor = FLOORS[name]
    aim = "" if floor.aim is None else f"{floor.aim:g}"
    return Figure(name, _short(value), unit, floor.against, round(value / other, 5), floor.floor, aim)


def told(name: str, value: float, unit: str) -> Figure:
    """A figure without a floor."""
    return Figure(name, _short(value), unit, aim=AIMS.get(name, ""))


def not_measured(name: str, unit: str, why: str) -> Figure:
    """A figure that could not be measured here."""
    floor = FLOORS.get(name)
    against, least = (floor.against, floor.floor) if floor else ("", None)
    return Figure(name, None, unit, against, None, least, "", why)


def _short(value: float) -> float:
    """Three figures are as much as a measurement says."""
    return float(f"{value:.3g}") if abs(value) < 1_000 else round(value)
