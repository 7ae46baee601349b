"""Forty planted defects are caught by their checks, and clean data of ten clinics' half years raises none.

The limits of the checks were set while looking at seeds 101 to 114, which are tried nowhere here.
"""

from collections.abc import Callable, Iterator
from functools import cache

import duckdb
import pytest
from planted import DEFECTS, MACROS, Defect, plant
from simulated import fill, simulated

from warehouse.catalogue import Check, written_checks
from warehouse.profiles import measured, prepare
from warehouse.spoken import spoken_checks

TUNED_ON = range(101, 115)
CLEAN_SEEDS = range(311, 321)
DEFECT_SEEDS = (203, 204)
Clinic = Callable[[int], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """The landed tables of a seed, made once."""

    @cache
    def made(seed: int) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        fill(connection, simulated(seed))
        connection.execute(MACROS)
        return connection

    yield made
    made.cache_clear()


def failing(connection: duckdb.DuckDBPyConnection, checks: tuple[Check, ...]) -> dict[str, str]:
    """The checks that fail, with where and by how much; what could not be measured fails too."""
    return {
        each.check_id: f"{each.place}: {each.metric:.2f} of {each.allowed:g} {each.problem}"
        for each in measured(connection, checks)
        if each.metric > each.allowed
    }


def catalogue() -> tuple[Check, ...]:
    return (*spoken_checks(), *written_checks())


def is_caught(connection: duckdb.DuckDBPyConnection, defect: Defect) -> bool:
    """Whether the defect's check fails while the defect is there; it is taken back afterwards."""
    own = tuple(each for each in catalogue() if each.check_id == defect.check)
    connection.execute("BEGIN")
    try:
        assert plant(connection, defect) > 0, "the defect has to change something"
        prepare(connection)
        return bool(failing(connection, own))
    finally:
        connection.execute("ROLLBACK")


def test_the_forty_defects_are_forty_and_each_says_its_magnitude() -> None:
    assert len({each.name for each in DEFECTS}) == len(DEFECTS) == 40
    assert all(each.magnitude for each in DEFECTS)
    assert {each.check for each in DEFECTS} <= {each.check_id for each in catalogue()}
    assert not {*TUNED_ON} & {*CLEAN_SEEDS, *DEFECT_SEEDS}


def test_every_written_check_is_needed_by_a_defect() -> None:
    unneeded = {each.check_id for each in written_checks()} - {each.check for each in DEFECTS}
    assert unneeded == set()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(DEFECTS)), ids=[each.name for each in DEFECTS])
def test_a_defect_is_caught_by_its_check(clinic: Clinic, number: int) -> None:
    connection = clinic(DEFECT_SEEDS[number % len(DEFECT_SEEDS)])
    assert is_caught(connection, DEFECTS[number])


@pytest.mark.slow
@pytest.mark.parametrize("seed", CLEAN_SEEDS)
def test_clean_data_raises_no_alarm(seed: int) -> None:
    with duckdb.connect() as connection:
        fill(connection, simulated(seed))
        prepare(connection)
        assert failing(connection, catalogue()) == {}
