"""Names, sizes and first sentences of what is in the house."""

import ast
import importlib.metadata
import sys
from typing import Any

BANNED = {"utils", "helpers", "common", "manager", "base", "misc", "core"}
MODULE_LINES = 400
FUNCTION_LINES = 50
SQL_LINES = 150
VIEW_LINES = 80
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "X" + "XX")


def test_no_banned_names(house: Any) -> None:
    wrong = [
        str(path)
        for path in house.files
        for part in (*path.parts[:-1], path.stem)
        if part in BANNED or part.endswith(("_v2", "_utils", "_helpers")) or part.startswith("new_")
    ]
    assert wrong == []


def test_no_package_marker_below_tests(house: Any) -> None:
    assert [str(path) for path in house.tests() if path.name == "__init__.py"] == []


def test_package_markers_are_empty(house: Any) -> None:
    assert [str(p) for p in house.modules() if p.name == "__init__.py" and house.text(p).strip()] == []


def test_no_module_bears_the_name_of_a_room_or_a_dependency(house: Any) -> None:
    # Streamlit puts the folder of its entry file first on the search path, where these would shadow.
    taken = {*house.rooms, *importlib.metadata.packages_distributions(), *sys.stdlib_module_names}
    names = {path.stem: str(path) for path in house.modules() if path.name != "__init__.py"}
    in_path = {name for name, path in names.items() if path.startswith("dashboards/")}
    assert {names[name] for name in in_path & taken} == set()
    assert {names[name] for name in names.keys() & set(house.rooms)} == set()


def test_nobody_else_owns_the_name_of_a_room(house: Any) -> None:
    owners = importlib.metadata.packages_distributions()
    wrong = {room: owners[room] for room in house.rooms if set(owners.get(room, ())) - {"myomap"}}
    assert wrong == {}


def test_every_module_begins_with_one_sentence(house: Any) -> None:
    wrong = []
    for path in house.modules():
        if path.name == "__init__.py":
            continue
        said = ast.get_docstring(house.tree(path)) or ""
        if not said.split("\n\n")[0].strip().endswith((".", ":", "?", "``.")):
            wrong.append(str(path))
    assert wrong == []


def test_modules_and_functions_stay_small(house: Any) -> None:
    wrong = []
    for path in house.modules():
        lines = len(house.text(path).splitlines())
        limit = VIEW_LINES if path.parts[:2] == ("dashboards", "views") else MODULE_LINES
        if lines > limit:
            wrong.append(f"{path}: {lines} lines (limit {limit})")
        for node in ast.walk(house.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LINES:
                    wrong.append(f"{path}:{node.lineno} {node.name}: {length} lines (limit {FUNCTION_LINES})")
    for path in house.files:
        if path.suffix == ".sql" and len(house.text(path).splitlines()) > SQL_LINES:
            wrong.append(f"{path}: more than {SQL_LINES} lines")
    assert wrong == []


def test_nothing_is_left_unfinished(house: Any) -> None:
    wrong = [
        f"{path}: {word}"
        for path in house.files
        if path.suffix in (".py", ".sql", ".md", ".yml", ".yaml", ".toml")
        and path.name != "requirements.lock"
        for word in UNFINISHED
        if word in house.text(path).split()
        or f"{word}(" in house.text(path)
        or f"{word}:" in house.text(path)
    ]
    assert wrong == []
