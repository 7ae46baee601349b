"""Clinics compared: which indicator, what the gates say of it, the funnel, the table, the trends."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from dashboards import clinic_figures, guarded, panel, questions
from dashboards.clinic_figures import NOT_JUDGED, PLACES
from dashboards.tables import Column, amount, count, in_file_only, interval_column, share, text
from dashboards.visit import Visit
from dashboards.words import label, number, safe, unit
from warehouse.effects.comparability import SENTENCES
from warehouse.effects.control_chart import SMALLEST_POINT, control_chart

Rows = list[dict[str, Any]]

INDICATOR: Final = ("measure", "method", "device_class")
TITLES: Final = {
    "tells_apart": "This indicator tells clinics apart",
    "too_few_clinics": "Too few clinics to tell apart",
    "no_difference": "No difference between clinics beyond chance",
    "unreliable": "Too few people to tell most clinics apart",
    "no_model": "Nothing could be expected",
}


def _place(flag: str) -> str:
    return PLACES.get(flag, NOT_JUDGED)


COLUMNS: Final[tuple[Column, ...]] = (
    text("clinic", "Clinic"),
    count("n_measured", "Measured"),
    count("n_started", "Started"),
    share("completeness", "Complete"),
    amount("raw_mean", "Mean change", 2, True),
    amount("expected", "Expected", 2, True),
    amount("residual", "Difference", 2, True),
    amount("shrunk", "Shrunk difference", 2, True),
    interval_column("Its 95 % interval"),
    amount("reliability", "Reliability", 2),
    Column("flag", "By the limits", _place),
    Column("gate", "Compared?", SENTENCES.__getitem__, is_wide=True),
    in_file_only("n_baseline", "With baseline"),
    in_file_only("standard_error", "Standard error"),
    in_file_only("limit_95", "95 % limits at +/-"),
    in_file_only("limit_998", "99.8 % limits at +/-"),
)


def choose(rows: Rows) -> tuple[Any, ...] | None:
    """The measure identity that the visitor chose, the one with most people first; None without any."""
    people: dict[tuple[Any, ...], int] = {}
    names: dict[tuple[Any, ...], str] = {}
    for row in rows:
        key = tuple(row[name] for name in INDICATOR)
        people[key] = people.get(key, 0) + row["n_measured"]
        names[key] = f"{row['label']} ({unit(row['unit'])}, {label(row['method']).lower()})"
    order = sorted(people, key=lambda key: (-people[key], str(key)))
    return panel.choose("Measure", order, "clinics_measure", names.__getitem__) if order else None


def of_measure(rows: Rows, measure: Sequence[Any]) -> Rows:
    """The rows of one measure identity."""
    return [row for row in rows if tuple(row[name] for name in INDICATOR) == tuple(measure)]


def show(visit: Visit, rows: Rows, measure: Sequence[Any], condition: str, horizon: str) -> None:
    """The gate's sentence, the funnel and the table of one condition; ``rows`` are of one measure."""
    shown = [row for row in guarded.clinics(rows, visit.minimum) if row["condition"] == condition]
    if not shown:
        panel.empty("No follow-up of this condition came due in the last twelve months. Choose another one.")
        return
    _verdict(shown[0])
    _funnel(visit, shown, measure, condition, horizon)
    told = [row | {"interval": _ends(row)} for row in shown]
    caption = (
        f"Changes in {unit(shown[0]['unit'])}, better is positive; no ranks. Expected is what the people's "
        "case-mix at time zero let expect; the shrunk difference trusts a clinic's own figure as far as it "
        "is reliable."
    )
    panel.table(told, COLUMNS, caption, "clinics")
    _model(visit, measure, horizon)


def trend(visit: Visit, condition: str) -> None:
    """The control chart of one clinic's months, over the months that may be shown."""
    months = guarded.months(visit.rows(questions.MONTHS, condition=condition), visit.minimum)
    known = [row for row in months if _is_charted(row)]
    if not known:
        panel.empty("No month has enough people to be charted yet. Months fill up as follow-ups come in.")
        return
    names = sorted({row["clinic"] for row in known})
    clinic = panel.choose("Clinic", names, "clinics_trend", label)
    own = [row for row in known if row["clinic"] == clinic]
    chart = control_chart([row["standardised_change"] for row in own])
    told = clinic_figures.control([row["month"] for row in own], chart, label(clinic))
    st.markdown(told.alt)
    panel.figure(told, "control", "No month has enough people to be charted yet.")


def _is_charted(row: dict[str, Any]) -> bool:
    return row["standardised_change"] is not None and (row["n_measured"] or 0) >= SMALLEST_POINT


def _verdict(row: dict[str, Any]) -> None:
    code = row["indicator_gate"]
    kind = "answer" if code == "tells_apart" else "refusal" if code == "no_model" else "caution"
    words = SENTENCES[code]
    if row["n_for_reliable"] is not None:
        words += f" About {row['n_for_reliable']} people per clinic give a reliability of 0.7."
    st.html(f'<div class="verdict {kind}"><b>{safe(TITLES[code])}</b>{safe(words)}</div>')


def _funnel(visit: Visit, shown: Rows, measure: Sequence[Any], condition: str, horizon: str) -> None:
    """The clinics of the table, and for a director of one clinic the others as points without a name."""
    peers = of_measure(visit.rows(questions.OTHER_CLINICS, horizon=horizon), measure)
    others = [
        row | {"clinic": None}
        for row in peers
        if row["condition"] == condition and row["n_measured"] >= visit.minimum
    ]
    within, added = shown[0]["variance_within"] or 0.0, shown[0]["variance_added"] or 0.0
    told = clinic_figures.funnel([*others, *shown], within, added, unit(shown[0]["unit"]))
    panel.figure(told, "funnel", "No clinic has enough people to be shown beside what was expected.")


def _model(visit: Visit, measure: Sequence[Any], horizon: str) -> None:
    """How well the expectations fit, in a sentence."""
    for row in of_measure(visit.rows(questions.CASE_MIX, horizon=horizon), measure):
        if row["r_squared"] is not None and row["n"] >= visit.minimum:
            ends = f"{number(row['slope_low'], 2)} to {number(row['slope_high'], 2)}"
            st.caption(
                f"Case-mix model {row['model_version']}, fitted out of fold on {row['n']} episodes of all "
                f"clinics: it explains {100 * row['r_squared']:.0f} % of the variance; calibration slope "
                f"{number(row['slope'], 2)} (95 % interval {ends}; 1 is ideal)."
            )


def _ends(row: dict[str, Any]) -> tuple[float, float] | None:
    return None if row["shrunk_low"] is None else (row["shrunk_low"], row["shrunk_high"])
