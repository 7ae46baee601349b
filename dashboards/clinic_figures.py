"""Charts of clinics: the funnel of what was expected, and the control chart of a trend; pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from dashboards.figures import Figure, Spec
from dashboards.palette import CLAY, GOLD, GREY, SERIES, TEAL
from dashboards.words import label, number
from warehouse.effects.control_chart import Chart
from warehouse.effects.funnel import Z95, Z998, half_width

Row = Mapping[str, Any]

OTHER: Final = "another clinic"
PLACES: Final = {
    "as_expected": "as expected",
    "better": "better than expected (beyond 95 %)",
    "clearly_better": "clearly better than expected (beyond 99.8 %)",
    "worse": "worse than expected (beyond 95 %)",
    "clearly_worse": "clearly worse than expected (beyond 99.8 %)",
}
NOT_JUDGED: Final = "not judged"
COLOURS: Final = dict(zip(PLACES.values(), (GREY, TEAL, TEAL, GOLD, CLAY), strict=True)) | {
    NOT_JUDGED: "#b9bdb4",
    OTHER: "#b9bdb4",
}
SIGNALS: Final = {
    "outside": "outside the limits",
    "trend": "part of seven months that only rise or only fall",
    "two_of_three": "one of two months of three near a limit",
    "shift": "one of seven months in a row on one side",
}
STEPS: Final = 40


def funnel(rows: Sequence[Row], within: float, added: float, unit: str) -> Figure:
    """Difference from what was expected by number of people, with 95 % and 99.8 % limits around 0.

    ``rows`` have ``clinic`` (None for others), ``n_measured``, ``residual``, ``flag``; ``within`` and
    ``added`` are the variances of people within clinics and of over-dispersion.
    """
    kept = [_point(row) for row in rows if row.get("residual") is not None and row.get("n_measured")]
    title = f"Difference from expected ({unit}): better above 0"
    x = {"field": "n_measured", "type": "quantitative", "title": "People measured", "scale": {"zero": True}}
    y = {"field": "residual", "type": "quantitative", "title": title, "scale": {"zero": False}}
    found = [name for name in COLOURS if any(row["place"] == name for row in kept)]
    colour = {"domain": found, "range": [COLOURS[name] for name in found]}
    tips = [
        {"field": "clinic", "title": "Clinic"},
        {"field": "n_measured", "title": "People measured", "type": "quantitative", "format": "d"},
        {"field": "residual", "title": "Difference", "type": "quantitative", "format": ".2f"},
        {"field": "place", "title": "By the limits"},
    ]
    by_place = {"field": "place", "type": "nominal", "title": None, "scale": colour}
    encoding = {"x": x, "y": y, "color": by_place | {"legend": {"orient": "top"}}, "tooltip": tips}
    points = {"mark": {"type": "point", "filled": True, "size": 130, "opacity": 0.95}, "encoding": encoding}
    largest = max((row["n_measured"] for row in kept), default=0)
    layers = [*_limits(largest, within, added, x, y), _level(0.0), points]
    names = {"clinic": "Clinic", "n_measured": "People measured", "residual": f"Difference ({unit})"}
    return Figure({"layer": layers}, kept, names | {"place": "By the limits"}, _funnel_words(kept), 360)


def control(months: Sequence[str], chart: Chart, clinic: str) -> Figure:
    """A clinic's months with centre and limits; months that break a rule are coloured."""
    rows = [
        {"month": month, "value": value, "signal": _signal(chart, at)}
        for at, (month, value) in enumerate(zip(months, chart.points, strict=True))
    ]
    title = "Change (baseline SD)"
    x = {"field": "month", "type": "ordinal", "title": "Month of time zero", "axis": {"labelAngle": 0}}
    y = {"field": "value", "type": "quantitative", "title": title, "scale": {"zero": False}}
    colour = {"domain": ["usual", "signal"], "range": [SERIES[0], CLAY]}
    shown = [row | {"kind": "signal" if row["signal"] else "usual"} for row in rows]
    by_kind = {"field": "kind", "type": "nominal", "title": None, "scale": colour, "legend": None}
    tips = [
        {"field": "month", "title": "Month"},
        {"field": "value", "title": title, "type": "quantitative", "format": ".2f"},
        {"field": "signal", "title": "Signal"},
    ]
    encoding = {"x": x, "y": y, "color": by_kind, "tooltip": tips}
    points: Spec = {"mark": {"type": "point", "filled": True, "size": 110}, "encoding": encoding}
    line: Spec = {"mark": {"type": "line", "color": GREY}, "encoding": {"x": x, "y": y}}
    limits = [] if chart.low != chart.low else [_level(chart.low), _level(chart.high)]
    layers = [_level(chart.centre, solid=True), *limits, line, points]
    names = {"month": "Month", "value": title, "signal": "Signal"}
    return Figure({"layer": layers}, shown, names, control_words(months, chart, clinic), 300)


def control_words(months: Sequence[str], chart: Chart, clinic: str) -> str:
    """What the control chart says: centre, limits, each month that breaks a rule."""
    if not months:
        return f"{clinic}: no month has enough people to be charted."
    said = f"{clinic}: {len(months)} months around {number(chart.centre, 2, True)}"
    if chart.low != chart.low:
        return f"{said}; limits need a second month."
    said += f", limits {number(chart.low, 2, True)} to {number(chart.high, 2, True)}. "
    told = [f"{month} {_signal(chart, at)}" for at, month in enumerate(months) if chart.signals[at]]
    said += f"Signals: {'; '.join(told)}." if told else "No signal: the months vary as chance lets them."
    return said + (" Fewer than 12 months, so the limits are on trial." if chart.is_trial else "")


def _signal(chart: Chart, at: int) -> str | None:
    rule = chart.signals[at]
    return None if rule is None else f"{SIGNALS[rule]} ({chart.side(at)} the centre)"


def _point(row: Row) -> dict[str, Any]:
    name = row.get("clinic")
    place = PLACES.get(str(row.get("flag")), NOT_JUDGED) if name else OTHER
    return {
        "clinic": label(name) if name else OTHER,
        "n_measured": row["n_measured"],
        "residual": round(float(row["residual"]), 3),
        "place": place,
    }


def _limits(largest: int, within: float, added: float, x: Spec, y: Spec) -> list[Spec]:
    """The two pairs of limits as lines, each over its own points."""
    if largest < 1 or within <= 0:
        return []
    start = min(5, largest)
    people = sorted({start + (largest * 1.1 - start) * step / STEPS for step in range(STEPS + 1)})
    layers: list[Spec] = []
    for z, dash in ((Z95, [5, 4]), (Z998, [1, 0])):
        for sign in (-1, 1):
            line = [
                {"n_measured": round(n, 1), "residual": sign * float(half)}
                for n, half in zip(people, half_width(np.array(people), within, added, z), strict=True)
            ]
            mark = {"type": "line", "color": GREY, "strokeDash": dash, "strokeWidth": 1.4, "clip": True}
            layers.append({"data": {"values": line}, "mark": mark, "encoding": {"x": x, "y": y}})
    return layers


def _level(value: float, solid: bool = False) -> Spec:
    mark = {"type": "rule", "color": GREY, "strokeDash": [1, 0] if solid else [4, 4]}
    at = {"field": "at", "type": "quantitative"}
    return {"data": {"values": [{"at": value}]}, "mark": mark, "encoding": {"y": at}}


def _funnel_words(rows: Sequence[Row]) -> str:
    if not rows:
        return "Difference from what was expected: no clinic has enough people to be shown."
    named = [row for row in rows if row["clinic"] != OTHER]
    said = "; ".join(
        f"{row['clinic']} {number(row['residual'], 2, True)} with {row['n_measured']} people, {row['place']}"
        for row in named
    )
    others = len(rows) - len(named)
    return f"Difference from what was expected: {said or 'no clinic of yours'}" + (
        f"; {others} other clinics without names." if others else "."
    )
