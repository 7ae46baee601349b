"""What the house tests look at: the committed files, the rooms and their modules."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = (
    "contracts/",
    "streams/progression/",
    "warehouse/effects/",
    "warehouse/privacy.py",
    "dashboards/figures.py",
)


class House:
    """The committed files; all paths are relative to ``root``."""

    root = ROOT
    rooms = ("contracts", "streams", "ingest", "warehouse", "dashboards", "infra")

    @functools.cached_property
    def files(self) -> tuple[Path, ...]:
        """Files that are committed or would be."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        names = sorted(set(listed.stdout.decode().split("\0")) - {""})
        return tuple(Path(name) for name in names if (ROOT / name).is_file())

    def modules(self) -> Iterator[Path]:
        """Python modules of the rooms."""
        return (path for path in self.files if path.suffix == ".py" and path.parts[0] in self.rooms)

    def pure_modules(self) -> Iterator[Path]:
        """Modules of the pure rooms."""
        return (path for path in self.modules() if path.as_posix().startswith(PURE))

    def tests(self) -> Iterator[Path]:
        """Python files below ``tests``."""
        return (path for path in self.files if path.suffix == ".py" and path.parts[0] == "tests")

    def text(self, path: Path) -> str:
        """Content of a text file."""
        return (ROOT / path).read_text(encoding="utf-8")

    def tree(self, path: Path) -> ast.Module:
        """Syntax tree of a module."""
        return ast.parse(self.text(path), str(path))

    def imports(self, path: Path) -> set[str]:
        """Full names of everything that a module imports, also inside functions."""
        found = set()
        for node in ast.walk(self.tree(path)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return found


@pytest.fixture(scope="session")
def house() -> House:
    """The whole house."""
    return House()
