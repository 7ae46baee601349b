"""Director: how are we doing? Outcomes by condition and muscle group, with n, interval and completeness."""

import streamlit as st

from contracts.vocabulary import CONDITIONS, HEADLINE_DOMAINS
from dashboards import completeness, figures, guarded, outcomes, over_time, panel, questions
from dashboards.body_map import body_map, describe
from dashboards.visit import Visit
from dashboards.words import HORIZONS, label


def body(visit: Visit) -> None:
    """Headline, body map, outcomes, trend, time to change."""
    place = st.columns(2)
    with place[0]:
        condition = panel.choose("Condition", ["all", *CONDITIONS], "condition", label)
    with place[1]:
        horizon = panel.choose("Follow-up", list(HORIZONS), "horizon", HORIZONS.__getitem__, 1)
    found = visit.rows(questions.OUTCOMES, horizon=horizon)
    domains = guarded.domains(visit.rows(questions.DOMAINS, horizon=horizon), visit.minimum)
    completed = visit.rows(questions.COMPLETED, horizon=horizon)
    domains = completeness.of_domains(outcomes.named(domains, found), completed, visit.minimum)
    if condition != "none":
        headline = [row for row in domains if row["condition"] == condition]
        panel.cards([outcomes.domain_card(domain, headline, visit.minimum) for domain in HEADLINE_DOMAINS])
        st.subheader("Where on the body")
        _body(headline)
    else:
        st.caption("Healthy people in training are kept apart from the clinical figures.")
    st.subheader("Outcomes by condition and muscle group")
    shown = guarded.outcomes(found, visit.minimum, domains)
    shown = completeness.of_outcomes(shown, completed, domains, visit.minimum)
    _outcomes([row for row in shown if outcomes.counts(row, condition)])
    if condition != "none":
        st.subheader("Month by month")
        over_time.trend(visit, condition)
        st.subheader("Time until an important change")
        over_time.until_change(visit, condition)


def _body(headline: list[dict[str, object]]) -> None:
    """The body map of one domain, with its table."""
    domain = st.segmented_control(
        "Domain", HEADLINE_DOMAINS, default="strength", required=True, format_func=label, key="domain"
    )
    rows = [row for row in headline if row["domain"] == domain and row["muscle_group"] != "all"]
    if not rows:
        panel.empty(f"Nobody was measured in {domain} here. Choose another domain or follow-up.")
        return
    dark = st.context.theme.type == "dark"
    st.image(body_map(rows, str(domain), dark), width="stretch", alt=describe(rows, str(domain)))
    st.caption(
        "Change since the program was assigned, in units of the spread (SD) at baseline; right is better. "
        "Steps follow Cohen's small, medium and large differences: a reading aid, not a clinical threshold."
    )
    with st.expander("Table and file of this figure"):
        shown = outcomes.with_interval(rows)
        panel.table(shown, outcomes.DOMAIN_COLUMNS, describe(rows, str(domain)), "body")


def _outcomes(rows: list[dict[str, object]]) -> None:
    if not rows:
        panel.empty("No outcome of this condition is in the release. Choose another condition or follow-up.")
        return
    caption = (
        "Mean change is improvement: positive is better for every measure. Each line is one instrument. "
        "Corrected: as if those not measured had fared like people who started alike. Worst to best: "
        "whatever became of them."
    )
    panel.table(outcomes.with_interval(rows), outcomes.OUTCOME_COLUMNS, caption, "outcomes")
    sentence = "No share can be shown: groups are small, or the measures have no verified threshold."
    with st.expander("Share improved as a picture"):
        panel.figure(figures.improved_bars(rows), "improved", sentence)


if __name__ == "__main__":
    panel.page("How are we doing", "Are people getting better, for what, and how sure are we?", body)
