"""How a verb reports: JSON for programs, a table or a few lines for people."""

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

PIPED_WIDTH: Final = 160
"""Characters a line where the output goes to a file or another program, which has no width of its own."""

AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs")]


def print_json(report: Any) -> None:
    """Write a report as JSON to standard output."""
    print(json.dumps(plain(report), indent=2, ensure_ascii=False), flush=True)


def plain(value: Any) -> Any:
    """The value in the words of JSON: data classes become objects, moments ISO 8601 text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping | Counter):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for people; numbers stand right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    content = [[_shown(value) for value in row] for row in rows]
    for position, column in enumerate(columns):
        numbers = [row[position].replace(",", "").lstrip("-").replace(".", "") for row in content]
        right = bool(content) and all(each.isdecimal() or not each for each in numbers)
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in content:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
