"""Therapist: how did people like this one do under program A and under program B, before I choose?"""

import streamlit as st

from dashboards import comparison, panel
from dashboards.visit import Visit


def body(visit: Visit) -> None:
    """Choices, filters on what is known before a program is chosen, then two cohorts side by side."""
    st.caption("People of all clinics are compared, as groups only; small groups stay hidden.")
    protocol = comparison.choose(visit)
    if protocol is None:
        return
    rows = comparison.filtered(visit, comparison.cohort(visit, protocol))
    comparison.show(visit, protocol, rows)
    st.caption("This describes groups. It takes no decision for the person in front of you.")


if __name__ == "__main__":
    panel.page(
        "Compare before tailoring",
        "How people like yours did under two programs, or why that cannot be said.",
        body,
        everywhere=True,
    )
