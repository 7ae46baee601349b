"""Sizes name their cells and keep to what they promise."""

from ingest.simulator.size import DEMO, only_cell
from ingest.simulator.truth import scenario


def test_a_size_without_cells_means_all_of_them() -> None:
    assert DEMO.cell_names == tuple(cell.name for cell in scenario().cells)


def test_the_demo_has_at_least_two_thousand_patients() -> None:
    normal = sum(cell.thin is None for cell in scenario().cells)
    thin = sum(sum(cell.thin) for cell in scenario().cells if cell.thin)
    assert normal >= 6
    assert normal * DEMO.patients_per_cell + thin >= 2000


def test_one_cell_has_only_its_primary_measure_and_time_for_every_follow_up() -> None:
    size = only_cell("neck_pain.neck_flexors")
    assert size.cell_names == ("neck_pain.neck_flexors",)
    assert (size.outcomes, size.sessions, size.faults) == (1, False, False)
    assert size.days - size.recruit_days > 98
