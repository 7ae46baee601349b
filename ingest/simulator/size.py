"""How much a simulated run holds: patients, days, and whether sessions and faults are part of it."""

from dataclasses import dataclass
from datetime import date

from ingest.simulator.truth import scenario


@dataclass(frozen=True)
class Size:
    """The extent of a run.

    ``cells`` are names of the scenario; none means all of them. ``outcomes`` is how many of a cell's
    measures are taken at most, the primary one first.
    """

    patients_per_cell: int = 294
    days: int = 182
    recruit_days: int = 126
    cells: tuple[str, ...] = ()
    outcomes: int = 9
    sessions: bool = True
    faults: bool = True

    @property
    def cell_names(self) -> tuple[str, ...]:
        """The cells of the run, in the scenario's order."""
        return self.cells or tuple(cell.name for cell in scenario().cells)


DEMO = Size()
SMALL = Size(patients_per_cell=12)


def only_cell(name: str, patients: int = 294) -> Size:
    """One cell's episodes and primary measurements and nothing else, with every follow-up due."""
    return Size(
        patients_per_cell=patients, recruit_days=80, cells=(name,), outcomes=1, sessions=False, faults=False
    )


DEFAULT_END = date(2026, 10, 31)
"""Last day of a run whose caller names none."""
