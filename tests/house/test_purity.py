"""Pure rooms read no clock, no environment, no random source and no files of their own accord."""

import ast
from typing import Any

SHELLS = {
    "faust",
    "kafka",
    "aiokafka",
    "duckdb",
    "streamlit",
    "great_expectations",
    "sqlite3",
    "httpx",
    "socket",
    "subprocess",
    "random",
    "secrets",
    "asyncio",
    "threading",
    "os",
    "time",
}
CLOCKS = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "monotonic",
    "perf_counter",
    "getenv",
    "urandom",
    "uuid4",
    "uuid1",
    "default_rng",
}
FORBIDDEN_NAMES = ("os.environ", "sys.argv")
MAY_READ_FILES = {
    "contracts/registry.py": "the only reader of sources/",
    "contracts/measures/registry.py": "reads its own table of measures once",
    "streams/progression/policy.py": "reads the released policies once",
    "warehouse/effects/gates.py": "reads its own table of gates once",
}


def test_pure_rooms_import_no_shell(house: Any) -> None:
    wrong = [
        (str(path), name)
        for path in house.pure_modules()
        for name in house.imports(path)
        if name.split(".")[0] in SHELLS
    ]
    assert wrong == []


def test_pure_rooms_read_no_clock_environment_or_random_source(house: Any) -> None:
    wrong = []
    for path in house.pure_modules():
        for node in ast.walk(house.tree(path)):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in CLOCKS and not _seeded(node):
                wrong.append(f"{path}:{called.lineno} {called.attr}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in FORBIDDEN_NAMES:
                wrong.append(f"{path}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []


def _seeded(call: ast.AST) -> bool:
    """A generator that is handed its seed is a calculation like any other."""
    made = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    return made and call.func.attr == "default_rng" and bool(call.args)  # type: ignore[attr-defined]


def test_few_pure_modules_read_files(house: Any) -> None:
    readers = {
        path.as_posix()
        for path in house.pure_modules()
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "read_bytes", "open")
    }
    assert sorted(readers - set(MAY_READ_FILES)) == []
