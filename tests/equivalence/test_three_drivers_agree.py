"""The pure fold, a worker on a real broker and a replay of the lake come to the same ends."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from drivers import Ends, folded, replayed, worked
from histories import in_time, many, merged

from contracts.events import Event, PatientErased

PATIENTS = int(os.environ.get("LAWS_DRIVEN", "60"))
"""Patients whose events the drivers get, in one log; a nightly run sets many more."""


@cache
def log() -> tuple[Event, ...]:
    """All patients' events as they come: mixed, late and repeated."""
    return tuple(merged([come for _, come in many(PATIENTS)], 7))


@cache
def expected() -> Ends:
    """Where the fold of each history ends when every event comes once and in time."""
    return folded(in_time([event for said, _ in many(PATIENTS) for event in said]))


@pytest.fixture
def as_worked(broker: str, clean_topics: Callable[..., None], tmp_path: Path) -> Callable[[], Ends]:
    """What a worker on a broker publishes; only who asks for it starts one."""
    clean_topics()
    return lambda: worked(log(), broker, tmp_path / "home")


@pytest.mark.parametrize(
    "driver", ["pure fold", "replay", pytest.param("worker", marks=[pytest.mark.broker, pytest.mark.slow])]
)
def test_every_driver_comes_to_the_same_ends(
    driver: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    erased = {event.patient_key for event in log() if isinstance(event, PatientErased)}
    assert 0 < len(erased) < PATIENTS / 4
    wanted = expected()
    if driver == "pure fold":
        found = folded(log())
    elif driver == "replay":
        found = replayed(log(), tmp_path / "lake")
        wanted = {key: end for key, end in wanted.items() if key not in erased}  # the lake forgets them
    else:
        found = request.getfixturevalue("as_worked")()
    assert found.keys() == wanted.keys()
    assert [key for key in wanted if found[key] != wanted[key]] == []
