"""The body map as SVG: front and back, muscle groups coloured by standardised change, labels at the sides."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.body_shapes import BACK, FRONT, HEAD, OUTLINE, Points
from dashboards.palette import STEPS, step_of
from dashboards.words import interval, label, number, safe

Row = Mapping[str, Any]

WIDTH: Final = 920
HEIGHT: Final = 640
VIEWS: Final = ((330, "Front", FRONT, -1), (590, "Back", BACK, 1))
TOP: Final = 50
LINE: Final = 34


def body_map(rows: Sequence[Row], domain: str, dark: bool = False) -> str:
    """The picture for rows with muscle_group, standardised_change, ci_low, ci_high, n_measured, hidden.

    ``dark`` draws words and lines for a dark page.
    """
    ink, paper = ("#e6ebe9", "#12191b") if dark else ("#1e2a2e", "#fbfaf7")
    known = {str(row["muscle_group"]): row for row in rows}
    bodies = "".join(_body(x, title, groups, known) for x, title, groups, _ in VIEWS)
    notes = "".join(_notes(x, groups, side, known) for x, _, groups, side in VIEWS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{safe(describe(rows, domain))}" class="bodymap" color="{ink}" '
        f'style="--paper:{paper}">{_STYLE}{_PATTERNS}'
        f"{bodies}{notes}{_legend()}</svg>"
    )


def describe(rows: Sequence[Row], domain: str) -> str:
    """The picture in words, the best change first."""
    shown = [row for row in rows if row.get("standardised_change") is not None]
    shown.sort(key=lambda row: -row["standardised_change"])
    hidden = sum(bool(row.get("hidden")) for row in rows)
    said = "; ".join(
        f"{label(row['muscle_group'])} {number(row['standardised_change'], 2, True)}" for row in shown
    )
    tail = f" {hidden} muscle groups are hidden, because they or others have few people." if hidden else ""
    return f"Standardised change in {domain} by muscle group: {said or 'nothing to show'}.{tail}"


def _body(x: int, title: str, groups: Mapping[str, Points], known: Mapping[str, Row]) -> str:
    skin = "".join(f'<path d="{_smooth(_whole(half))}"/>' for half in (OUTLINE, HEAD))
    muscles = "".join(_muscle(group, points, known.get(group)) for group, points in groups.items())
    return (
        f'<g transform="translate({x},{TOP})"><text class="side" y="-18" text-anchor="middle">{title}</text>'
        f'<g class="skin">{skin}</g><g>{muscles}</g><g transform="scale(-1,1)">{muscles}</g></g>'
    )


def _muscle(group: str, points: Points, row: Row | None) -> str:
    drawn = _smooth(points)
    return (
        f'<path class="muscle" fill="{_fill(row)}" d="{drawn}"><title>{safe(_tip(group, row))}</title></path>'
    )


def _fill(row: Row | None) -> str:
    if row is None:
        return "url(#nothing)"
    if row.get("standardised_change") is None:
        return "url(#few)"
    return step_of(row["standardised_change"]).colour


def _tip(group: str, row: Row | None) -> str:
    if row is None:
        return f"{label(group)}: nobody was measured"
    if row.get("standardised_change") is None:
        return f"{label(group)}: hidden, because it or another group has few people"
    change = number(row["standardised_change"], 2, True)
    return (
        f"{label(group)}: {change} SD ({interval(row['ci_low'], row['ci_high'], 2)}), n = {row['n_measured']}"
    )


def _notes(x: int, groups: Mapping[str, Points], side: int, known: Mapping[str, Row]) -> str:
    """Labels beside a body, with a thin line to each muscle group that has something to say."""
    here = [group for group in groups if group in known and _home(group) is groups]
    here.sort(key=lambda group: _centre(groups[group])[1])
    heights = _spread([_centre(groups[group])[1] + TOP for group in here])
    return "".join(
        _note(x, side, group, _centre(groups[group]), y, known[group])
        for group, y in zip(here, heights, strict=True)
    )


def _home(group: str) -> Mapping[str, Points]:
    """The view that labels a group which both views show."""
    return FRONT if group in FRONT else BACK


def _note(x: int, side: int, group: str, at: tuple[float, float], y: float, row: Row) -> str:
    start, end = x + side * at[0], x + side * 118
    hidden = row.get("standardised_change") is None
    value = "hidden" if hidden else f"{number(row['standardised_change'], 2, True)} SD"
    more = "" if hidden else f' <tspan class="quiet">n = {row["n_measured"]}</tspan>'
    anchor = "start" if side > 0 else "end"
    words = (
        f'<text x="{end + side * 6}" y="{y - 3:.1f}" text-anchor="{anchor}" class="name">'
        f"{safe(label(group))}"
        f'</text><text x="{end + side * 6}" y="{y + 11:.1f}" text-anchor="{anchor}" class="value">'
        f"{value}{more}</text>"
    )
    bend = x + side * 104
    line = f"M{start:.1f},{at[1] + TOP:.1f} L{bend},{y:.1f} L{end},{y:.1f}"
    dot = f'<circle class="dot" cx="{start:.1f}" cy="{at[1] + TOP:.1f}" r="2.4"/>'
    return f'<path class="lead" d="{line}"/>{dot}{words}'


def _spread(heights: Sequence[float]) -> list[float]:
    """Heights moved apart until no two labels overlap, in order, inside the picture."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + LINE) if placed else height)
    over = max(0.0, placed[-1] - (HEIGHT - 70)) if placed else 0.0
    for spot in range(len(placed) - 1, -1, -1):
        ceiling = placed[spot + 1] - LINE if spot + 1 < len(placed) else placed[spot] - over
        placed[spot] = min(placed[spot], ceiling)
    return placed


def _centre(points: Points) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _whole(half: Points) -> Points:
    """Both halves of an outline that begins and ends on the midline."""
    return half + tuple((-x, y) for x, y in reversed(half) if x > 0)


def _smooth(points: Points) -> str:
    """A closed path through the points, rounded (Catmull-Rom as Bezier curves)."""
    count = len(points)
    parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for spot in range(count):
        before, start = points[spot - 1], points[spot]
        end, after = points[(spot + 1) % count], points[(spot + 2) % count]
        one = start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6
        two = end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6
        parts.append(f"C{one[0]:.1f},{one[1]:.1f} {two[0]:.1f},{two[1]:.1f} {end[0]:.1f},{end[1]:.1f}")
    return "".join(parts) + "Z"


def _legend() -> str:
    width, y = 118, HEIGHT - 34
    steps = [(step.colour, step.words) for step in STEPS]
    steps += [("url(#few)", "hidden"), ("url(#nothing)", "nobody measured")]
    left = (WIDTH - width * len(steps)) / 2 if width * len(steps) < WIDTH else 0
    width = min(width, WIDTH / len(steps))
    return "".join(
        f'<rect class="key" x="{left + spot * width + 2:.1f}" y="{y}" width="{width - 4:.1f}" height="11" '
        f'rx="3" fill="{colour}"/><text class="keytext" x="{left + (spot + 0.5) * width:.1f}" y="{y + 25}" '
        f'text-anchor="middle">{words}</text>'
        for spot, (colour, words) in enumerate(steps)
    )


_STYLE: Final = (
    "<style>.bodymap text{font-family:system-ui,'DejaVu Sans',sans-serif;fill:currentColor}"
    ".bodymap .side{font-size:13px;letter-spacing:.08em;opacity:.65}"
    ".bodymap .skin{fill:#8a938f;opacity:.2}"
    ".bodymap .muscle{stroke:var(--paper);stroke-width:1.1}"
    ".bodymap .lead{fill:none;stroke:currentColor;stroke-opacity:.35;stroke-width:1}"
    ".bodymap .dot{fill:currentColor;fill-opacity:.7}.bodymap .name{font-size:13px;font-weight:600}"
    ".bodymap .value{font-size:12.5px;opacity:.85}.bodymap .quiet{opacity:.6}"
    ".bodymap .keytext{font-size:10.5px;opacity:.75}</style>"
)
_PATTERNS: Final = (
    '<defs><pattern id="nothing" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" fill="#8a938f" fill-opacity=".10"/>'
    '<line x1="0" y1="0" x2="0" y2="7" stroke="#8a938f" stroke-opacity=".45" stroke-width="1.4"/></pattern>'
    '<pattern id="few" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#8a938f" fill-opacity=".18"/>'
    '<circle cx="3" cy="3" r="1.3" fill="#8a938f" fill-opacity=".8"/></pattern></defs>'
)
