"""Director: are clinics doing as expected for the people they treat? Case-mix, funnel, control charts."""

import streamlit as st

from contracts.vocabulary import CONDITIONS
from dashboards import clinics, panel, questions
from dashboards.visit import Visit
from dashboards.words import HORIZONS, label


def body(visit: Visit) -> None:
    """Choices, the clinics beside what was expected of them, and the trend of one."""
    place = st.columns(3)
    with place[0]:
        known = ["all", *(each for each in CONDITIONS if each != "none")]
        condition = panel.choose("Condition", known, "clinics_condition", label)
    with place[1]:
        horizon = panel.choose("Follow-up", list(HORIZONS), "clinics_horizon", HORIZONS.__getitem__, 1)
    found = visit.rows(questions.CLINICS, horizon=horizon)
    here = [row for row in found if row["condition"] == condition]
    with place[2]:
        measure = clinics.choose(here)
    if measure is None:
        panel.empty("No follow-up came due in the last twelve months. Choose another condition or follow-up.")
    else:
        clinics.show(visit, clinics.of_measure(found, measure), measure, condition, horizon)
    st.subheader("Month by month: signal or chance?")
    st.caption(
        "Control chart (XmR) of the mean change in strength, balance and function, in units of the baseline "
        "SD. A month is pointed out when it breaks a rule; others vary as chance lets them."
    )
    clinics.trend(visit, condition)


if __name__ == "__main__":
    panel.page(
        "Clinics compared",
        "Are clinics doing as expected for the people they treat, and does a change mean anything?",
        body,
    )
