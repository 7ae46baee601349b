"""Each room's extra names what the room imports, so that a worker needs no Streamlit and a page no Faust."""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ALSO = {"dashboards": ("warehouse/effects/", "warehouse/privacy.py")}
"""What else runs in a process of that room."""
ELSEWHERE = {
    "ingest/simulator/": "numpy comes with the warehouse; the simulator is run by the command line",
    "warehouse/transform/": "runs inside of dbt",
}
FOREIGN = {
    "streams": ("streamlit", "dbt-core", "dbt-duckdb", "great-expectations", "duckdb"),
    "dashboards": ("faust-streaming", "aiokafka", "kafka-python", "dbt-core", "great-expectations"),
    "ingest": ("faust-streaming", "streamlit", "dbt-core", "great-expectations", "duckdb"),
}


def plainly(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    return {plainly(re.split(r"[\[<>=!~ ;]", each)[0]) for each in requirements}


def declared(house: Any, room: str) -> set[str]:
    project = tomllib.loads(house.text(Path("pyproject.toml")))["project"]
    return named(project["dependencies"]) | named(project["optional-dependencies"].get(room, []))


@pytest.mark.parametrize("room", ["contracts", "streams", "ingest", "warehouse", "dashboards"])
def test_a_room_imports_only_what_its_extra_names(house: Any, room: str) -> None:
    owners = importlib.metadata.packages_distributions()
    missing = set()
    for path in house.modules():
        name = path.as_posix()
        if not name.startswith((f"{room}/", *ALSO.get(room, ()))) or name.startswith(tuple(ELSEWHERE)):
            continue
        for top in {each.split(".")[0] for each in house.imports(path)}:
            if top in sys.stdlib_module_names or top in house.rooms:
                continue
            if not {plainly(owner) for owner in owners[top]} & declared(house, room):
                missing.add((name, top))
    assert sorted(missing) == []


@pytest.mark.parametrize("room", FOREIGN)
def test_a_room_does_not_carry_what_belongs_to_another(house: Any, room: str) -> None:
    assert declared(house, room) & set(FOREIGN[room]) == set()


def test_no_exception_outlives_its_need(house: Any) -> None:
    names = [path.as_posix() for path in house.modules()]
    assert [place for place in ELSEWHERE if not any(name.startswith(place) for name in names)] == []
