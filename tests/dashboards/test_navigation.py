"""Every page of every role is a view that exists."""

from importlib.resources import files

from dashboards.access import ROLE_NAMES
from dashboards.navigation import PAGES


def test_every_role_has_pages_and_every_view_belongs_to_a_role() -> None:
    assert PAGES.keys() == ROLE_NAMES.keys()
    there = {
        path.name for path in files("dashboards").joinpath("views").iterdir() if path.name.endswith(".py")
    }
    assert {f"{name}.py" for pages in PAGES.values() for name, _ in pages} | {"__init__.py"} == there
