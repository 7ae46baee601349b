"""The director's figures over time: the trend by month, and how long until an important change."""

import streamlit as st

from dashboards import change_curve, figures, guarded, outcomes, panel, questions
from dashboards.visit import Visit


def trend(visit: Visit, condition: str) -> None:
    """Change or share improved by clinic and month."""
    rows = guarded.months(visit.rows(questions.MONTHS, condition=condition), visit.minimum)
    kind = st.segmented_control(
        "Figure", list(outcomes.TRENDS), default="standardised_change", required=True, key="trend",
        format_func=outcomes.TRENDS.__getitem__,
    )  # fmt: skip
    sentence = "No month has enough people to be shown yet. Months fill up as follow-ups come in."
    panel.figure(figures.trend(rows, str(kind)), "trend", sentence)


def until_change(visit: Visit, condition: str) -> None:
    """The curve of one muscle group and instrument."""
    definition = st.segmented_control(
        "Important change", list(change_curve.DEFINITIONS), default="sustained", required=True,
        key="definition", format_func=change_curve.DEFINITIONS.__getitem__,
        help="Lasting: there at two visits in a row, or at the last one. First time: at any visit.",
    )  # fmt: skip
    found = [
        row
        for row in visit.rows(questions.UNTIL_CHANGE, definition=str(definition))
        if outcomes.counts(row, condition)
    ]
    names = list(dict.fromkeys(change_curve.name_of(row) for row in found))
    if not names:
        panel.empty("No change can be judged here: the measures have no verified threshold.")
        return
    chosen = panel.choose("Muscle group and measure", names, "curve", change_curve.title_of)
    own = [row for row in found if change_curve.name_of(row) == chosen]
    rows = change_curve.guarded(own, visit.minimum)
    drawn = change_curve.curve(rows, change_curve.title_of(chosen))
    panel.figure(drawn, "until-change", "Too few people to show how long it takes.")
    if rows:
        st.caption(change_curve.caption(rows, visit.minimum))
