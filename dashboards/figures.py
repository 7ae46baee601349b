"""Figures as ready-made Vega-Lite specifications: rows in, specification, table and words out; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.palette import CLAY, GOLD, GREY, SERIES, TEAL, VERDICTS
from dashboards.words import label, number, per_cent
from dashboards.words import unit as in_unit

Row = Mapping[str, Any]
Spec = dict[str, Any]

PHASES: Final = {
    "pain_before": "before",
    "pain_during": "during",
    "pain_after": "after",
    "pain_next_morning": "next morning",
}

BAND_OF_ONE_DAY: Final = 0.1
"""Share of the width that a bar takes when there is one day only."""


@dataclass(frozen=True)
class Figure:
    """A chart, the rows it draws, the headings of its table, and what it shows in words."""

    spec: Spec
    rows: list[dict[str, Any]]
    columns: Mapping[str, str]
    alt: str
    height: int = field(default=280)


def trend(rows: Sequence[Row], value: str = "standardised_change") -> Figure:
    """Mean change (standard deviations) or share improved (%) by clinic and month, with intervals."""
    kept = [dict(row) | {"clinic": label(row["clinic"])} for row in rows if row.get(value) is not None]
    shares = value == "share_improved"
    for row in kept:
        row["value"] = round(100 * row[value], 1) if shares else row[value]
        if shares:
            row |= {"ci_low": round(100 * row["share_low"]), "ci_high": round(100 * row["share_high"])}
    title = "Share improved (%)" if shares else "Change (baseline SD)"
    months = sorted({str(row["month"]) for row in rows})
    x = {"field": "month", "type": "ordinal", "title": "Month of time zero", "axis": {"labelAngle": 0}}
    x["scale"] = {"domain": months}
    colour = _colour("clinic", sorted({row["clinic"] for row in kept}), SERIES, "Clinic")
    base: Spec = {"x": x, "color": colour, "xOffset": {"field": "clinic"}}
    layers: list[Spec] = [_whisker(base, title, "y")]
    tips = [_tip("clinic", "Clinic"), _tip("month", "Month"), _tip("value", title, ".2f")]
    points = {"y": _amount("value", title), "tooltip": [*tips, _tip("n_measured", "People measured", "d")]}
    layers.append({"mark": {"type": "point", "filled": True, "size": 90}, "encoding": base | points})
    names = {
        "clinic": "Clinic",
        "month": "Month",
        "value": title,
        "ci_low": "95 % from",
        "ci_high": "95 % to",
    }
    if shares:
        names |= {"n_classified": "People classified"}
    return Figure(
        {"layer": layers}, kept, names | {"n_measured": "People measured"}, _trend_words(kept, title), 320
    )


def _trend_words(rows: Sequence[Row], title: str) -> str:
    if not rows:
        return f"{title} by month and clinic: no month has enough people to be shown."
    first, last = min(row["month"] for row in rows), max(row["month"] for row in rows)
    clinics = sorted({str(row["clinic"]) for row in rows})
    return f"{title} by month from {first} to {last} for {', '.join(clinics)}. The table has every value."


def difference(estimates: Sequence[Row], unit: str, first: str, second: str) -> Figure:
    """Differences between two programs with their intervals; right of zero the first did better.

    ``estimates`` have ``name``, ``estimate``, ``ci_low``, ``ci_high`` in ``unit``.
    """
    rows = [dict(row) | {"value": row["estimate"]} for row in estimates]
    title = f"Difference in improvement ({unit}): {second} better ← 0 → {first} better"
    order = [row["name"] for row in rows]
    base: Spec = {
        "y": {"field": "name", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 260}},
        "color": {
            "field": "name",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": order, "range": [TEAL, GREY, GOLD][: len(order)]},
        },
    }
    tips = [_tip("name", "Estimate"), _tip("value", "Difference", ".2f")]
    layers = [
        _line_at(0, "x"),
        _whisker(base, title, "x"),
        {
            "mark": {"type": "point", "filled": True, "size": 160},
            "encoding": base | {"x": _amount("value", title), "tooltip": [*tips, *_interval_tips()]},
        },
    ]
    said = "; ".join(
        f"{row['name']}: {number(row['value'], 2, True)} "
        f"({number(row['ci_low'], 2, True)} to {number(row['ci_high'], 2, True)})"
        for row in rows
    )
    names = {"name": "Estimate", "value": f"Difference ({unit})", "ci_low": "95 % from", "ci_high": "95 % to"}
    return Figure({"layer": layers}, rows, names, f"{first} minus {second} in {unit}. {said}.", 170)


def balance(rows: Sequence[Row]) -> Figure:
    """How unlike the two programs' people are, before and after weighting (standardised differences)."""
    long = [
        {"characteristic": row["characteristic"], "when": when, "value": abs(row[name])}
        for row in rows
        for name, when in (("before", "before weighting"), ("after", "after weighting"))
        if row.get(name) is not None
    ]
    title = "Standardised difference"
    encoding = {
        "y": {
            "field": "characteristic",
            "type": "nominal",
            "title": None,
            "axis": {"labelLimit": 240, "labelOverlap": False},
        },
        "x": _amount("value", f"{title} (0.1 or less is alike)"),
        "color": _colour("when", ["before weighting", "after weighting"], [CLAY, TEAL], None),
        "tooltip": [
            _tip("characteristic", "Characteristic"),
            _tip("when", "When"),
            _tip("value", title, ".2f"),
        ],
    }
    layers = [
        _line_at(0.1, "x"),
        {"mark": {"type": "point", "filled": True, "size": 70}, "encoding": encoding},
    ]
    largest = max((row["value"] for row in long if row["when"] == "after weighting"), default=None)
    names = {"characteristic": "Characteristic", "when": "When", "value": title}
    alt = f"How unlike the people of both programs are; largest after weighting: {number(largest, 2)}."
    return Figure(
        {"layer": layers}, long, names, alt, max(160, 60 + 22 * len({r["characteristic"] for r in long}))
    )


def course(rows: Sequence[Row], about: Row) -> Figure:
    """One measure of one patient over time, with the band within which a change is not important.

    ``rows`` have ``day`` (since time zero) and ``value``; ``about`` has label, unit, baseline, mcid, mdc.
    """
    unit, baseline = in_unit(about["unit"]), about.get("baseline")
    values = [{"day": row["day"], "value": row["value"], "occurred_at": row["occurred_at"]} for row in rows]
    title = f"Value ({unit})"
    layers: list[Spec] = []
    width = about.get("mcid") or about.get("mdc")
    if baseline is not None and width:
        layers.append(_band(baseline - width, baseline + width, title))
    tips = [_tip("day", "Days since time zero", "d"), _tip("value", title, ".1f")]
    x = {"field": "day", "type": "quantitative", "title": "Days since the program was assigned"}
    encoding = {"x": x, "y": _amount("value", title), "tooltip": tips}
    layers.append({
        "mark": {"type": "line", "color": TEAL, "point": {"filled": True, "size": 80, "color": TEAL}},
        "encoding": encoding,
    })  # fmt: skip
    names = {"day": "Days since time zero", "value": title, "occurred_at": "Measured at"}
    return Figure({"layer": layers}, values, names, _course_words(values, about, width), 230)


def _course_words(values: Sequence[Row], about: Row, width: float | None) -> str:
    if not values:
        return f"{about['label']}: not measured yet."
    first, last = values[0], values[-1]
    said = (
        f"{about['label']}: {number(first['value'])} on day {first['day']}, "
        f"{number(last['value'])} on day {last['day']}, in {about['unit']}; {about['direction']} is better."
    )
    kind = "an important change" if about.get("mcid") else "the measurement error"
    return said + (f" The band is {number(width)} around the baseline: {kind}." if width else "")


def pain(sessions: Sequence[Row]) -> Figure:
    """Pain (0-10) before, during, after and the morning after each session, by date."""
    rows = [
        {"on": str(row["local_on"]), "phase": phase, "value": row[name], "place": row["place"]}
        for row in sessions
        for name, phase in PHASES.items()
        if row.get(name) is not None
    ]
    phases = list(PHASES.values())
    encoding = {
        "x": {"field": "on", "type": "temporal", "title": "Date of the session"},
        "y": _amount("value", "Pain (0 to 10)", {"domain": [0, 10]}),
        "color": _colour("phase", phases, [GREY, CLAY, GOLD, TEAL], "Pain"),
        "tooltip": [_tip("on", "Session"), _tip("phase", "When"), _tip("value", "Pain", ".1f")],
    }
    mark = {"type": "line", "point": {"filled": True, "size": 45}, "strokeWidth": 1.5}
    worst = max((row["value"] for row in rows), default=None)
    alt = f"Pain of {len(sessions)} sessions, 0 to 10; the worst was {number(worst)}."
    names = {"on": "Session", "phase": "When", "value": "Pain (0 to 10)", "place": "Place"}
    return Figure({"mark": mark, "encoding": encoding}, rows, names, alt, 270)


def quality(sessions: Sequence[Row]) -> Figure:
    """Movement quality (%) of each attended session, by date and place."""
    rows = [
        {"on": str(row["local_on"]), "value": round(100 * row["quality"]), "place": label(row["place"])}
        for row in sessions
        if row.get("quality") is not None
    ]
    encoding = {
        "x": {"field": "on", "type": "temporal", "title": "Date of the session"},
        "y": _amount("value", "Movement quality (%)", {"domain": [0, 100]}),
        "color": _colour("place", ["Clinic", "Home"], [TEAL, GOLD], "Place"),
        "tooltip": [_tip("on", "Session"), _tip("place", "Place"), _tip("value", "Quality (%)", "d")],
    }
    last = rows[-1]["value"] if rows else None
    alt = f"Movement quality of {len(rows)} sessions; the last one was {number(last, 0)} %."
    names = {"on": "Session", "value": "Movement quality (%)", "place": "Place"}
    return Figure(
        {"mark": {"type": "bar", "width": 9, "cornerRadiusEnd": 3}, "encoding": encoding},
        rows,
        names,
        alt,
        270,
    )


def received(rows: Sequence[Row]) -> Figure:
    """Records of a source by day (UTC) and verdict."""
    long = [
        {"day": str(row["day"]), "verdict": verdict, "n": row[verdict]}
        for row in rows
        for verdict in VERDICTS
        if row[verdict]
    ]
    encoding = {
        "x": {"field": "day", "type": "ordinal", "timeUnit": "utcmonthdate", "title": "Day received (UTC)"},
        "y": {"field": "n", "type": "quantitative", "title": "Records", "stack": "zero"},
        "color": _colour("verdict", list(VERDICTS), list(VERDICTS.values()), "Verdict"),
        "tooltip": [_tip("day", "Day"), _tip("verdict", "Verdict"), _tip("n", "Records", "d")],
    }
    totals = {name: sum(row[name] for row in rows) for name in VERDICTS}
    alt = "Records by day: " + ", ".join(f"{count} {name}" for name, count in totals.items()) + "."
    names = {"day": "Day", "verdict": "Verdict", "n": "Records"}
    days = max(1, len({row["day"] for row in long}))
    mark = {"type": "bar", "cornerRadiusEnd": 2, "width": {"band": min(0.9, days * BAND_OF_ONE_DAY)}}
    return Figure({"mark": mark, "encoding": encoding}, long, names, alt, 240)


def improved_bars(rows: Sequence[Row]) -> Figure:
    """Share improved (%) by condition, muscle group and instrument, the best first."""
    kept = [
        {"what": f"{label(row['muscle_group'])} · {row['label']}", "condition": label(row["condition"])}
        | {"value": round(100 * row["share_improved"]), "n_classified": row["n_classified"]}
        | {"ci_low": round(100 * row["share_low"]), "ci_high": round(100 * row["share_high"])}
        for row in rows
        if row.get("share_improved") is not None
    ]
    kept.sort(key=lambda row: (-row["value"], row["what"]))
    encoding = {
        "y": {"field": "what", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320}},
        "x": _amount("value", "Share improved (%)", {"domain": [0, 100]}),
        "color": _colour("condition", sorted({row["condition"] for row in kept}), SERIES, "Condition"),
        "tooltip": [
            _tip("what", "Group and measure"),
            _tip("condition", "Condition"),
            _tip("value", "Share (%)"),
        ],
    }
    alt = "No share can be shown."
    if kept:
        alt = f"Share improved: highest {kept[0]['what']} with {per_cent(kept[0]['value'] / 100)}."
    names = {"what": "Muscle group and measure", "condition": "Condition", "value": "Share improved (%)"}
    bars: Spec = {
        "mark": {"type": "bar", "cornerRadiusEnd": 4, "height": {"band": 0.7}},
        "encoding": encoding,
    }
    whiskers = _whisker({"y": encoding["y"]}, "Share improved (%)", "x")
    names |= {"ci_low": "95 % from", "ci_high": "95 % to", "n_classified": "People classified"}
    return Figure({"layer": [bars, whiskers]}, kept, names, alt, max(120, 26 * len(kept) + 50))


def _whisker(base: Spec, title: str, axis: str) -> Spec:
    ends = {axis: _amount("ci_low", title), f"{axis}2": {"field": "ci_high"}}
    return {"mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.55}, "encoding": base | ends}


def _line_at(value: float, axis: str) -> Spec:
    mark = {"type": "rule", "strokeDash": [4, 4], "color": GREY}
    return {"data": {"values": [{"at": value}]}, "mark": mark,
            "encoding": {axis: {"field": "at", "type": "quantitative"}}}  # fmt: skip


def _band(low: float, high: float, title: str) -> Spec:
    ends = {"y": _amount("low", title), "y2": {"field": "high"}}
    return {"data": {"values": [{"low": low, "high": high}]}, "mark": {"type": "rect", "color": GOLD,
            "opacity": 0.16}, "encoding": ends}  # fmt: skip


def _amount(name: str, title: str, scale: Spec | None = None) -> Spec:
    return {"field": name, "type": "quantitative", "title": title, "scale": scale or {"zero": False}}


def _tip(name: str, title: str, form: str | None = None) -> Spec:
    if form is None:
        return {"field": name, "title": title}
    return {"field": name, "title": title, "type": "quantitative", "format": form}


def _interval_tips() -> list[Spec]:
    return [_tip("ci_low", "95 % from", ".2f"), _tip("ci_high", "95 % to", ".2f")]


def _colour(name: str, domain: Sequence[str], colours: Sequence[str], title: str | None) -> Spec:
    scale = {"domain": list(domain), "range": [colours[at % len(colours)] for at in range(len(domain))]}
    legend = {"orient": "top", "title": title}
    return {"field": name, "type": "nominal", "scale": scale, "legend": legend}
