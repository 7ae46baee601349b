"""The picture of a release's report: each headline domain's change with its interval, as SVG in the page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.palette import GREY, step_of
from dashboards.words import interval, label, number, safe

Rows = Sequence[Mapping[str, Any]]

WIDTH: Final = 760
LEFT, RIGHT = 120, 570
ROW: Final = 34
TOP, FOOT = 44, 40
STEPS: Final = (-0.5, 0.0, 0.5, 1.0)


def chart(rows: Rows, title: str) -> str:
    """One line a domain; those that are hidden say so. The same rows give the same bytes."""
    if not rows:
        return ""
    low, high = _ends(rows)
    height = TOP + ROW * len(rows) + FOOT
    bottom = TOP + ROW * len(rows)
    drawn = "".join(_row(row, TOP + ROW * spot + ROW / 2, low, high) for spot, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{safe(words(rows, title))}" font-family="Georgia,serif" '
        f'font-size="14"><text x="0" y="20" font-size="16">{safe(title)}</text>'
        f"{_axis(low, high, bottom)}{drawn}</svg>"
    )


def words(rows: Rows, title: str) -> str:
    """The picture in words."""
    told = (
        f"{label(row['domain'])} "
        + ("hidden" if _is_silent(row) else f"{number(row['standardised_change'], 2, True)} SD")
        for row in rows
    )
    return f"{title}: {', '.join(told)}."


def _row(row: Mapping[str, Any], y: float, low: float, high: float) -> str:
    name = f'<text x="{LEFT - 14}" y="{y + 5:.0f}" text-anchor="end">{safe(label(row["domain"]))}</text>'
    if _is_silent(row):
        return f'{name}<text x="{LEFT}" y="{y + 5:.0f}" fill="{GREY}">hidden, or nobody measured</text>'
    change = row["standardised_change"]
    left, right = (_x(end, low, high) for end in (row["ci_low"], row["ci_high"]))
    ends = f"{number(change, 2, True)} ({interval(row['ci_low'], row['ci_high'], 2)})"
    return (
        f'{name}<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.0f}" y2="{y:.0f}" stroke="#1d2a28" '
        f'stroke-width="2"/><circle cx="{_x(change, low, high):.1f}" cy="{y:.0f}" r="7" '
        f'fill="{step_of(change).colour}" stroke="#1d2a28"/>'
        f'<text x="{RIGHT + 10}" y="{y + 4:.0f}" font-size="11">{safe(ends)}</text>'
    )


def _axis(low: float, high: float, bottom: float) -> str:
    marks = "".join(_mark(at, _x(at, low, high), bottom) for at in STEPS if low <= at <= high)
    where = f'x="{(LEFT + RIGHT) / 2:.0f}" y="{bottom + 34}" text-anchor="middle" font-size="12"'
    return f"{marks}<text {where}>baseline SDs; right is better</text>"


def _mark(at: float, x: float, bottom: float) -> str:
    shade = "#d9ddd8" if at else "#1d2a28"
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}" stroke="{shade}"/>'
        f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" font-size="12">'
        f"{number(at, 1, True) if at else 0}</text>"
    )


def _ends(rows: Rows) -> tuple[float, float]:
    shown = [row for row in rows if not _is_silent(row)]
    low = min((row["ci_low"] for row in shown), default=0.0)
    high = max((row["ci_high"] for row in shown), default=1.0)
    return min(low, -0.1) - 0.05, max(high, 0.6) + 0.05


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * (RIGHT - LEFT)


def _is_silent(row: Mapping[str, Any]) -> bool:
    return row["standardised_change"] is None or row["ci_low"] is None
