"""Director: which tailoring helps? Two programs for one condition and muscle group, compared or refused."""

import streamlit as st

from dashboards import comparison, panel
from dashboards.visit import Visit


def body(visit: Visit) -> None:
    """Choices, then the verdict with everything that stands behind it."""
    protocol = comparison.choose(visit)
    if protocol is None:
        return
    comparison.show(visit, protocol, comparison.cohort(visit, protocol))
    st.caption(
        "Therapists chose the programs, so a difference is what a program was associated with, "
        "not what it is known to cause."
    )


if __name__ == "__main__":
    panel.page(
        "Which tailoring helps",
        "Which program goes with more improvement for people like these, or why that cannot be said.",
        body,
    )
