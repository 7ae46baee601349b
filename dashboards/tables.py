"""Rows as an accessible HTML table and as a CSV file; both from the same rows, hidden cells in neither."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from dashboards.words import HIDDEN, NOTHING, interval, label, labels, minute, number, per_cent, safe

Row = Mapping[str, Any]
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A field with its heading, how its value is written, and whether it is a number.

    ``file_only`` keeps it out of the page, ``is_short`` on one line, ``is_wide`` gives it room for a name.
    """

    field: str
    title: str
    write: Callable[[Any], str] = str
    is_number: bool = False
    file_only: bool = False
    is_short: bool = False
    is_wide: bool = False


def text(field: str, title: str) -> Column:
    """A word of the vocabulary."""
    return Column(field, title, label)


def plain(field: str, title: str) -> Column:
    """Text as it is."""
    return Column(field, title, str)


def name(field: str, title: str) -> Column:
    """A long name, which is given room."""
    return Column(field, title, is_wide=True)


def many(field: str, title: str) -> Column:
    """A list of words."""
    return Column(field, title, labels)


def count(field: str, title: str) -> Column:
    """A number of people, records or days."""
    return Column(field, title, lambda value: f"{value:.0f}", True)


def amount(field: str, title: str, digits: int = 2, signed: bool = False) -> Column:
    """A measured number."""
    return Column(field, title, lambda value: number(value, digits, signed), True)


def share(field: str, title: str) -> Column:
    """A share (0-1), shown as per cent."""
    return Column(field, title, per_cent, True)


def moment(field: str, title: str) -> Column:
    """A time, shown in UTC."""
    return Column(field, title, minute, is_short=True)


def mark(field: str, title: str) -> Column:
    """A short word that stays on one line."""
    return Column(field, title, is_short=True)


def in_file_only(field: str, title: str) -> Column:
    """A field that only the file has."""
    return Column(field, title, file_only=True)


def guess(names: Mapping[str, str]) -> tuple[Column, ...]:
    """Columns of a figure's table, written after the kind of their values."""
    return tuple(Column(name, title, _as_is) for name, title in names.items())


def html_table(rows: Sequence[Row], columns: Sequence[Column], caption: str) -> str:
    """The table; a row that says ``hidden`` shows that word in place of what was taken out."""
    columns = [column for column in columns if not column.file_only]
    head = "".join(f'<th scope="col"{_side(column)}>{safe(column.title)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td{_side(column)}>{_cell(row, column)}</td>" for column in columns) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table class="figures"><caption>{safe(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def csv_text(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The same rows for a spreadsheet: raw numbers, empty where hidden, no text that acts as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.title for column in columns])
    for row in rows:
        writer.writerow([_csv_value(row.get(column.field)) for column in columns])
    return out.getvalue()


def interval_column(title: str = "95 % interval", digits: int = 2, field: str = "interval") -> Column:
    """Both ends in one cell; rows carry them as one value."""
    return Column(field, title, lambda ends: interval(ends[0], ends[1], digits), True)


def _cell(row: Row, column: Column) -> str:
    value = row.get(column.field)
    if value is None or value != value:
        hidden = row.get("hidden") or column.field in row.get("hides", ())
        return f'<span class="gone">{HIDDEN if hidden else NOTHING}</span>'
    return safe(column.write(value))


def _side(column: Column) -> str:
    if column.is_number:
        return ' class="num"'
    if column.is_wide:
        return ' class="wide"'
    return ' class="short"' if column.is_short else ""


def _as_is(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 2)
    return minute(value) if isinstance(value, datetime) else str(value)


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(str(each) for each in value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return ("'" if value.startswith(FORMULA_SIGNS) else "") + value.replace("\r", " ")
    return value
