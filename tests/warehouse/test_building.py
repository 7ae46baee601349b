"""An incremental build gives what a build of everybody gives, and goes on only from whole files."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from arrivals import Arrivals
from compared import differences, sizes

from warehouse.building import Built, Order, Place, build, fill, make_marts
from warehouse.lake import Lake
from warehouse.stamp import read_stamp
from warehouse.transform_run import PROJECT, ModelsRefused, TestsRefused, Transform, start_transform

pytestmark = pytest.mark.slow


class Builder:
    """One place, and one dbt process that stays for many builds."""

    def __init__(self, work: Path) -> None:
        self.place = Place(work)
        self.transform: Transform = start_transform(
            PROJECT, self.place.working, self.place.candidate, work, 500
        )

    def build(self, lake: Lake, full: bool = False) -> Built:
        order = Order(lake, "digest", full=full, test_all=True, memory_mb=500)
        return make_marts(self.place, order, fill(self.place, order), self.transform)


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    made = Builder(tmp_path_factory.mktemp("building"))
    yield made
    made.transform.stop()


def run_through(
    seed: int, builder: Builder, log: Any, worker: Any, land: Callable[..., Lake], folder: Path
) -> None:
    """Land the arrivals of a seed step by step; after the last hold the marts against a full build's."""
    arrivals, told = Arrivals(seed), []
    for at, step in enumerate(arrivals):
        log.say(*step)
        worker.run()
        built = builder.build(land(log, folder), full=at == 0)
        told.append((built.full, built.loaded.touched))
    assert [full for full, _ in told] == [True, False, False, False]
    kept = folder.with_suffix(".duckdb")
    shutil.copy(builder.place.candidate, kept)
    whole = builder.build(land(log, folder), full=True)
    assert (whole.loaded.events, whole.loaded.patients) == (built.loaded.events, built.loaded.patients)
    assert differences(kept, builder.place.candidate) == {}, f"seed {seed}"
    assert not {name for name, rows in sizes(kept).items() if name.startswith("fct_") and not rows}
    log.say(arrivals.erased())
    assert builder.build(land(log, folder)).full, "rows of a person who is erased are looked for nowhere"


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_is_full_whatever_arrives_and_in_what_order(
    seed: int, builder: Builder, make_log: Any, make_worker: Any, landed: Any, tmp_path: Path
) -> None:
    log = make_log()
    run_through(seed, builder, log, make_worker(log), landed, tmp_path / "lake")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 130))
def test_incremental_is_full_for_many_more(
    seed: int, builder: Builder, make_log: Any, make_worker: Any, landed: Any, tmp_path: Path
) -> None:
    log = make_log()
    run_through(seed, builder, log, make_worker(log), landed, tmp_path / "lake")


SMALL = """
SELECT patient_key, occurred_at AS time_zero, release, as_of FROM lake.episode_opened, lake.build
"""


class Killed(BaseException):
    """Stands for a process that ends at once, without a word to anybody."""


STEPS = ("break_stamp", "load_news", "name_build", "keep_stamp")


@pytest.mark.parametrize("step", [*STEPS, "dbt"])
def test_a_build_that_breaks_off_anywhere_leaves_what_the_next_one_makes_right(
    step: str, clinic_log: Any, make_course: Any, landed: Any, small_project: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place = Place(tmp_path / "building")
    project = small_project(SMALL)

    def build(full: bool = False, kill_dbt: bool = False) -> Built:
        transform = start_transform(project, place.working, place.candidate, place.work, 300)
        order = Order(landed(clinic_log), "digest", full=full)
        try:
            filled = fill(place, order)
            if kill_dbt:
                transform.process.kill()
            return make_marts(place, order, filled, transform)
        finally:
            transform.stop()

    built = [build()]
    clinic_log.say(*make_course(20).events)
    with monkeypatch.context() as patch:
        if step != "dbt":
            patch.setattr(f"warehouse.building.{step}", _killed)
        with pytest.raises((Killed, ModelsRefused)):
            build(kill_dbt=step == "dbt")
    built.append(build())
    assert built[-1].full == (step != "break_stamp"), "files that were being changed are made anew"
    kept = shutil.copy(place.candidate, tmp_path / "kept.duckdb")
    assert build(full=True).loaded.patients == built[-1].loaded.patients == 7
    assert differences(kept, place.candidate) == {}


def _killed(*_: Any, **__: Any) -> None:
    raise Killed


def test_a_test_that_refuses_keeps_files_that_the_next_build_goes_on_from(
    clinic_log: Any, landed: Any, small_project: Any, tmp_path: Path
) -> None:
    project = small_project(SMALL, test="SELECT * FROM {{ ref('fct_episode') }}")
    with pytest.raises(TestsRefused):
        build(tmp_path / "building", landed(clinic_log), project=project)
    assert read_stamp(tmp_path / "building") is not None
