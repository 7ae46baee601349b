"""One small run of the simulated clinics that several tests look at."""

from datetime import date

import pytest

from ingest.simulator.clinic import Run, simulate
from ingest.simulator.size import SMALL

END = date(2026, 10, 31)


@pytest.fixture(scope="session")
def small_run() -> Run:
    """Twelve patients a cell, with sessions and faults."""
    return simulate(11, SMALL, END)
