"""Every module has its test at the mirrored place, and every test its module."""

from pathlib import Path
from typing import Any

WITHOUT_A_TEST_OF_THEIR_OWN = {
    "contracts/events.py": "exercised by every room that reads or writes events",
    "contracts/vocabulary.py": "closed lists, held by the contracts' own tests",
    "dashboards/app.py": "run in a browser by tests/e2e",
    "infra/screenshots.py": "run by make screenshots",
}
WITHOUT_A_MODULE = {
    "tests/warehouse/defects/test_defects_are_caught.py": "tests files of checks, which are no modules",
    "tests/warehouse/faults/test_landing_faults.py": "disturbs a whole landing, on a disk made for that",
    "tests/warehouse/transform/models/marts/test_completeness.py": "tests marts, which are no Python modules",
    "tests/warehouse/test_transform.py": "tests the dbt project, which is no Python module",
}
ACROSS_ROOMS = ("tests/e2e/", "tests/house/", "tests/equivalence/", "tests/cases/")


def test_every_module_has_its_test(house: Any) -> None:
    there = {path.as_posix() for path in house.tests()}
    missing = {
        path.as_posix()
        for path in house.modules()
        if path.name != "__init__.py" and _test_of(path) not in there
    }
    assert sorted(missing - set(WITHOUT_A_TEST_OF_THEIR_OWN)) == []


def test_every_test_has_its_module(house: Any) -> None:
    there = {_test_of(path) for path in house.modules()}
    orphans = {
        path.as_posix()
        for path in house.tests()
        if path.name.startswith("test_")
        and not path.as_posix().startswith(ACROSS_ROOMS)
        and path.as_posix() not in there
    }
    assert sorted(orphans - set(WITHOUT_A_MODULE)) == []


def test_no_exception_outlives_its_need(house: Any) -> None:
    modules = {path.as_posix() for path in house.modules()}
    tests = {path.as_posix() for path in house.tests()}
    needless = {each for each in WITHOUT_A_TEST_OF_THEIR_OWN if each not in modules}
    needless |= {each for each in WITHOUT_A_TEST_OF_THEIR_OWN if _test_of(Path(each)) in tests}
    needless |= {each for each in WITHOUT_A_MODULE if each not in tests}
    assert sorted(needless) == []


def _test_of(module: Path) -> str:
    return (Path("tests") / module.parent / f"test_{module.name}").as_posix()
