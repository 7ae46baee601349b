"""How long until people have an important change: the curve by week, without small steps; pure."""

from collections.abc import Sequence
from typing import Any, Final

from dashboards.figures import Figure, Spec
from dashboards.palette import GREY, TEAL
from dashboards.words import label, number, per_cent
from warehouse.privacy import is_small

Row = dict[str, Any]

DEFINITIONS: Final = {"sustained": "Lasting", "first": "First time"}
KINDS: Final = {"changed": "Important change", "discharged": "Discharged without one"}
COUNTS: Final = ("n_changed_by", "n_discharged_by", "n_changed_earliest_by")
HORIZON: Final = 12


def guarded(rows: Sequence[Row], minimum: int) -> list[Row]:
    """The weeks of one curve that may be shown, as whole per cents; none of a small group.

    From one shown week to the next either nobody or ``minimum`` people at least have the change or are
    discharged, and the share that has neither stands for nobody or for so many.
    """
    kept: list[Row] = []
    before: tuple[int, ...] = (0, 0, 0)
    for row in sorted(rows, key=lambda each: int(each["week"])):
        if row["n_judged"] < minimum or is_small(row["n_started"], minimum):
            return []
        now = tuple(row[name] or 0 for name in COUNTS)
        left = round(row["n_judged"] * (1 - row["changed"] - row["discharged"]))
        steps = (after - was for after, was in zip(now, before, strict=True))
        if any(is_small(step, minimum) for step in (*steps, left)):
            continue
        before = now
        kept.append(_rounded(row))
    return kept


def curve(rows: Sequence[Row], what: str) -> Figure:
    """Shares of people by week: with an important change (and its interval), and discharged without one."""
    long = [
        {"week": row["week"], "kind": words, "value": row[name]}
        | ({"ci_low": row["changed_low"], "ci_high": row["changed_high"]} if name == "changed" else {})
        | ({"earliest": row["changed_earliest"]} if name == "changed" else {})
        for row in rows
        for name, words in KINDS.items()
    ]
    x = {"field": "week", "type": "quantitative", "title": "Weeks after the program was assigned"}
    title = "Share of people (%)"
    y = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 100]}}
    colour = {"domain": list(KINDS.values()), "range": [TEAL, GREY]}
    by_kind = {"field": "kind", "type": "nominal", "title": None, "scale": colour}
    tips = [
        {"field": "kind", "title": "What"},
        {"field": "week", "title": "Week", "type": "quantitative", "format": "d"},
        {"field": "value", "title": title, "type": "quantitative", "format": "d"},
        {"field": "earliest", "title": "At the earliest (%)", "type": "quantitative", "format": "d"},
    ]
    base: Spec = {"x": x, "color": by_kind | {"legend": {"orient": "top"}}}
    steps = {"interpolate": "step-after"}
    band = {"y": {"field": "ci_low", "type": "quantitative", "title": title}, "y2": {"field": "ci_high"}}
    layers = [
        {"mark": {"type": "area", "opacity": 0.18} | steps, "encoding": base | band},
        {"mark": {"type": "line", "strokeWidth": 2.5} | steps, "encoding": base | {"y": y}},
        {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": base | {"y": y, "tooltip": tips}},
    ]
    names = {"week": "Week", "kind": "What", "value": title, "ci_low": "95 % from", "ci_high": "95 % to"}
    return Figure(
        {"layer": layers}, long, names | {"earliest": "At the earliest (%)"}, _words(rows, what), 300
    )


def name_of(row: Row) -> tuple[Any, ...]:
    """Which curve a row belongs to: condition, muscle group and instrument."""
    names = ("condition", "muscle_group", "label", "method", "device_class", "measure")
    return tuple(row[name] for name in names)


def title_of(name: tuple[Any, ...]) -> str:
    """That as a choice on the page."""
    return f"{label(name[0])} · {label(name[1])} · {name[2]}"


def caption(rows: Sequence[Row], minimum: int) -> str:
    """What must be known with a guarded curve: of whom it is, how coarse, how complete."""
    row = rows[0]
    measured, started = row["n_measured"], row["n_started"]
    said = [f"Of {row['n_judged']} people whose change can be judged by a published threshold."]
    if not is_small(measured, minimum) and not is_small(started - measured, minimum):
        said.append(f"{measured} of {started} who started were measured again.")
    if row["days_between_visits"]:
        said.append(f"Measurements lie about {row['days_between_visits']:.0f} days apart.")
    said.append(
        "A change stands at the visit that showed it; the table has the earliest that it can have been. "
        "Whoever is discharged without a change does not count as still on the way."
    )
    by = next((each for each in rows if each["week"] == HORIZON and each["n_changed_by"]), None)
    if by is not None:
        days = by["mean_days"]
        said.append(f"In the first {HORIZON} weeks a person had the change for {days:.0f} days on average.")
    return " ".join(said)


def _rounded(row: Row) -> Row:
    names = ("changed", "changed_low", "changed_high", "changed_earliest", "discharged")
    return row | {name: None if row[name] is None else round(100 * row[name]) for name in names}


def _words(rows: Sequence[Row], what: str) -> str:
    if not rows:
        return f"{what}: no week can be shown."
    last = rows[-1]
    return (
        f"{what}: by week {number(last['week'], 0)}, {per_cent(last['changed'] / 100)} had an important "
        f"change and {per_cent(last['discharged'] / 100)} were discharged without one."
    )
