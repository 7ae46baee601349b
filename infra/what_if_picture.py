"""The picture of a tried policy as SVG: from which stage to which, and week by week; counts only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from contracts.vocabulary import STAGE_NAMES, STAGES
from dashboards.palette import CLAY, GREY, TEAL
from dashboards.words import safe

if TYPE_CHECKING:
    from infra.what_if import Tried
    from streams.progression.what_if import Differences, Week

WIDTH: Final = 1040
HEIGHT: Final = 940
LEFT, RIGHT = 300, 740
BAR: Final = 16
FLOW_TOP, FLOW_HEIGHT, GAP = 178, 380, 10
WEEKS_TOP, WEEKS_HEIGHT = 668, 180
WEEKS_LEFT, WEEKS_RIGHT = 90, 1000
COLOURS: Final = {"higher": TEAL, "same": GREY, "lower": CLAY}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def picture(tried: "Tried") -> str:
    """The picture of what would differ; the same differences give the same bytes."""
    found = tried.differences
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-labelledby="what-if-title what-if-words" class="whatif">'
        f'<title id="what-if-title">{safe(tried.tried)}, tried on history</title>'
        f'<desc id="what-if-words">{safe(in_words(tried))}</desc>{_STYLE}'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfaf7"/>'
        f"{_head(tried)}{_flow(found)}{_weeks(tried.weeks)}{_foot(tried)}</svg>\n"
    )


def in_words(tried: "Tried") -> str:
    """The picture in words."""
    found = tried.differences
    moves = [
        f"{count} from {here} to {there}"
        for here, row in zip(STAGES, found.stages, strict=True)
        for there, count in zip(STAGES, row, strict=True)
        if count and here != there
    ]
    stands = (
        f"{found.now['lower']} lower, {found.now['higher']} higher, {found.now['same']} on the same stage"
    )
    return (
        f"Of {found.tracks} tracks of {found.patients} patients {tried.tried} would have {stands}, "
        f"against {tried.against}; as of {_day(found.as_of)}. "
        f"By stage: {'; '.join(moves) or 'no difference'}."
    )


def _head(tried: "Tried") -> str:
    found = tried.differences
    whom = ", ".join(each.replace("_", " ") for each in tried.conditions) or "all conditions"
    lines = (
        ("title", 44, f"{tried.tried}, tried on history"),
        ("quiet", 68, f"against {tried.against} · {whom}"),
        (
            "quiet",
            90,
            f"n = {found.tracks:,} tracks of {found.patients:,} patients · {found.decisions_differ:,} of "
            f"{found.decisions:,} decisions differ · as of {_day(found.as_of)}",
        ),
    )
    texts = "".join(f'<text class="{kind}" x="40" y="{y}">{safe(text)}</text>' for kind, y, text in lines)
    return texts + _legend(found)


def _legend(found: "Differences") -> str:
    words = {"lower": "would stand lower", "same": "on the same stage", "higher": "would stand higher"}
    return "".join(
        f'<rect x="{40 + 240 * place}" y="108" width="14" height="14" rx="3" fill="{COLOURS[name]}"/>'
        f'<text x="{61 + 240 * place}" y="120">{text}: {found.now[name]:,}</text>'  # type: ignore[index]
        for place, (name, text) in enumerate(words.items())
    )


def _flow(found: "Differences") -> str:
    """Bands from the stages under the current policy to those under the tried one, S6 on top."""
    before = [sum(row) for row in found.stages]
    after = [sum(row[there] for row in found.stages) for there in range(len(STAGES))]
    now, y = "stage now, or at closing: as it is", FLOW_TOP - 16
    heads = (
        f'<text class="head" x="{LEFT + BAR}" y="{y}" text-anchor="end">{now}</text>'
        f'<text class="head" x="{RIGHT}" y="{y}">under the tried policy</text>'
    )
    if not found.tracks:
        return heads + f'<text x="{LEFT}" y="{FLOW_TOP + 40}">There is no track to compare.</text>'
    return (
        heads + _bands(found, _tops(before), _tops(after)) + _bars(before, LEFT, -1) + _bars(after, RIGHT, 1)
    )


def _scale(counts: Sequence[int]) -> float:
    return (FLOW_HEIGHT - GAP * (len(STAGES) - 1)) / max(1, sum(counts))


def _tops(counts: Sequence[int]) -> list[float]:
    """Where each stage's bar begins; the highest stage is on top."""
    tops, y = [0.0] * len(STAGES), float(FLOW_TOP)
    for stage in reversed(range(len(STAGES))):
        tops[stage] = y
        y += counts[stage] * _scale(counts) + GAP
    return tops


def _bands(found: "Differences", before: list[float], after: list[float]) -> str:
    counts = [sum(row) for row in found.stages]
    scale, left, right, bands = _scale(counts), list(before), list(after), []
    for here in reversed(range(len(STAGES))):
        for there in reversed(range(len(STAGES))):
            count = found.stages[here][there]
            if count:
                high = count * scale
                bands.append(_band(here, there, count, (left[here], right[there], high)))
                left[here] += high
                right[there] += high
    return "".join(bands)


def _band(here: int, there: int, count: int, at: tuple[float, float, float]) -> str:
    start, end, high = at
    x0, x1 = LEFT + BAR, RIGHT
    middle = (x0 + x1) / 2
    kind = "same" if here == there else ("higher" if there > here else "lower")
    line = (
        f"M{x0},{start:.1f} C{middle},{start:.1f} {middle},{end:.1f} {x1},{end:.1f} L{x1},{end + high:.1f} "
        f"C{middle},{end + high:.1f} {middle},{start + high:.1f} {x0},{start + high:.1f} Z"
    )
    words = f"{count:,} tracks: {STAGES[here]} as it is, {STAGES[there]} under the tried policy"
    opacity = 0.28 if kind == "same" else 0.55
    return f'<path d="{line}" fill="{COLOURS[kind]}" fill-opacity="{opacity}"><title>{words}</title></path>'


def _bars(counts: Sequence[int], x: int, side: int) -> str:
    tops, scale = _tops(counts), _scale(counts)
    anchor, text_x = ("end", x - 10) if side < 0 else ("start", x + BAR + 10)
    return "".join(
        f'<rect x="{x}" y="{tops[place]:.1f}" width="{BAR}" height="{max(1.5, counts[place] * scale):.1f}" '
        f'fill="#1e2a2e" fill-opacity="{0.8 if counts[place] else 0.25}"/>'
        f'<text class="{"" if counts[place] else "quiet"}" x="{text_x}" text-anchor="{anchor}" '
        f'y="{y:.1f}">{stage} {STAGE_NAMES[stage]} <tspan class="count">{counts[place]:,}</tspan></text>'
        for place, (stage, y) in enumerate(zip(STAGES, _labels(counts), strict=True))
    )


def _labels(counts: Sequence[int]) -> list[float]:
    """Heights of the labels: in the middle of their bars, moved apart where they would overlap."""
    tops, scale = _tops(counts), _scale(counts)
    heights = [top + counts[place] * scale / 2 + 4.5 for place, top in enumerate(tops)]
    least = 17.0
    for place in reversed(range(len(heights) - 1)):  # from the top of the picture down
        heights[place] = max(heights[place], heights[place + 1] + least)
    bottom = FLOW_TOP + FLOW_HEIGHT + 8
    for place in range(len(heights)):  # and back up where the last ones ran out
        floor = bottom if place == 0 else heights[place - 1] - least
        heights[place] = min(heights[place], floor)
    return heights


def _weeks(weeks: "Sequence[Week]") -> str:
    """Per week, the open tracks that would stand higher (up) and lower (down)."""
    words = "week by week: open tracks that would stand elsewhere"
    head = f'<text class="head" x="{WEEKS_LEFT - 50}" y="{WEEKS_TOP - 26}">{words}</text>'
    if not weeks:
        return head
    most = max(1, *(max(week.lower, week.higher) for week in weeks))
    step = (WEEKS_RIGHT - WEEKS_LEFT) / len(weeks)
    middle = WEEKS_TOP + WEEKS_HEIGHT / 2
    bars = "".join(
        _week(week, WEEKS_LEFT + place * step, step, middle, most) for place, week in enumerate(weeks)
    )
    axis = f'<line class="axis" x1="{WEEKS_LEFT}" x2="{WEEKS_RIGHT}" y1="{middle}" y2="{middle}"/>'
    return head + _ticks(most, middle) + bars + axis + _months(weeks, step)


def _week(week: "Week", x: float, step: float, middle: float, most: int) -> str:
    reach = WEEKS_HEIGHT / 2 / most
    total = week.lower + week.same + week.higher
    begins = _day(week.ends_at - timedelta(days=7))
    words = f"week from {begins}: {week.higher} higher, {week.lower} lower, of {total} open tracks"
    up, down = week.higher * reach, week.lower * reach
    width = max(1.0, step * 0.78)
    return (
        f"<g><title>{words}</title>"
        f'<rect x="{x:.1f}" y="{middle - up:.1f}" width="{width:.1f}" height="{up:.1f}" fill="{TEAL}"/>'
        f'<rect x="{x:.1f}" y="{middle:.1f}" width="{width:.1f}" height="{down:.1f}" fill="{CLAY}"/></g>'
    )


def _ticks(most: int, middle: float) -> str:
    rows = ((middle - WEEKS_HEIGHT / 2, "higher"), (middle + WEEKS_HEIGHT / 2, "lower"))
    return "".join(
        f'<line class="grid" x1="{WEEKS_LEFT}" x2="{WEEKS_RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="tick" x="{WEEKS_LEFT - 8}" y="{y + 4}" text-anchor="end">{most:,} {word}</text>'
        for y, word in rows
    )


def _months(weeks: "Sequence[Week]", step: float) -> str:
    """A label where a month begins, as many as there is room for."""
    begun = [week.ends_at - timedelta(days=7) for week in weeks]
    begins = [
        (place, at) for place, at in enumerate(begun) if place == 0 or at.month != begun[place - 1].month
    ]
    every = -(-len(begins) // 14)
    return "".join(
        f'<text class="tick" x="{WEEKS_LEFT + place * step:.1f}" y="{WEEKS_TOP + WEEKS_HEIGHT + 20}">'
        f"{MONTHS[at.month - 1]} {at.year}</text>"
        for place, at in begins[::every]
    )


def _foot(tried: "Tried") -> str:
    last = tried.weeks[-1] if tried.weeks else None
    open_now = last.lower + last.same + last.higher if last else 0
    lines = (
        f"n = {open_now:,} open tracks in the last week. Programs and therapists' overrides stand under both "
        "policies; nothing in the live state was changed.",
        f"Policy tried: {tried.status}. For the clinic's own use: small groups are not hidden here.",
    )
    return "".join(
        f'<text class="quiet small" x="40" y="{HEIGHT - 38 + 18 * place}">{safe(line)}</text>'
        for place, line in enumerate(lines)
    )


def _day(at: datetime | None) -> str:
    return "no event" if at is None else f"{at.day} {MONTHS[at.month - 1]} {at.year}"


_STYLE: Final = (
    "<style>.whatif text{font-family:system-ui,'DejaVu Sans',sans-serif;font-size:14px;fill:#1e2a2e}"
    ".whatif .title{font-size:22px;font-weight:650}.whatif .head{font-size:14px;font-weight:650}"
    ".whatif .quiet{fill-opacity:.66}.whatif .small{font-size:12.5px}.whatif .count{font-weight:650}"
    ".whatif .tick{font-size:12px;fill-opacity:.75}"
    ".whatif .axis{stroke:#1e2a2e;stroke-width:1}.whatif .grid{stroke:#1e2a2e;stroke-opacity:.14}</style>"
)
