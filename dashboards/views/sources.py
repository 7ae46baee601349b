"""Data engineer: what came in from each source, what was refused and why, and how the release was checked."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import figures, operations, panel, questions
from dashboards.gate import LastGate, last_gate
from dashboards.visit import Visit


def body(visit: Visit) -> None:
    """Release, sources, days, rejections, checks."""
    days = visit.rows(questions.SOURCE_DAYS)
    quality = visit.rows(questions.QUALITY)
    parity = visit.rows(questions.PARITY)
    release = visit.rows(questions.RELEASE)
    panel.cards(operations.release_cards(release, parity, quality))
    _refused(last_gate(visit.settings.home))
    st.subheader("Sources")
    if days:
        caption = "Received = accepted + duplicate + rejected, by the latest verdict on each record."
        built_at = release[0]["built_at"] if release else visit.release.as_of
        totals = operations.by_source(days, built_at)
        panel.table(totals, operations.SOURCE_COLUMNS, caption, "sources")
        _days(days)
    else:
        panel.empty(
            "No source has sent a record yet. Take a file in: `myomap ingest file FILE --source SOURCE`."
        )
    st.subheader("Why records were refused")
    _rejections(visit)
    st.subheader("Checks of this release")
    panel.table(parity, operations.PARITY_COLUMNS, "Stream against batch.", "parity")
    _checks(quality, "Checks, failed ones first. Their queries are in the file.", "checks")


def _refused(gate: LastGate | None) -> None:
    """The candidate that did not become a release: why, and its checks."""
    if reason := operations.refusal(gate):
        st.error(reason, icon=":material/block:")
    if gate is not None and gate.refused is not None and gate.checks:
        failed = [check for check in gate.checks if check["status"] != "passed"]
        _checks(failed, f"What candidate {gate.release} failed on, and what warns.", "refused")


def _checks(quality: Sequence[dict[str, Any]], caption: str, name: str) -> None:
    panel.table(operations.checks(quality), operations.QUALITY_COLUMNS, caption, name)
    queries = {str(row["check_id"]): str(row["query"]) for row in quality}
    if queries:
        with st.expander("The query that shows a check's violating rows"):
            chosen = panel.choose("Check", list(queries), f"check-{name}")
            st.code(f"{queries[chosen]}\n-- myomap checks show {chosen}", language="sql")


def _days(days: list[dict[str, object]]) -> None:
    sources = sorted({str(row["source"]) for row in days})
    source = panel.choose(
        "Source", ["all", *sources], "source", lambda name: "All sources" if name == "all" else name
    )
    shown = [row for row in days if source in ("all", row["source"])]
    panel.figure(figures.received(operations.by_day(shown)), "received", "Nothing was received.")
    with st.expander("Every source and day"):
        panel.table(shown, operations.DAY_COLUMNS, "Records by source and day received.", "days")


def _rejections(visit: Visit) -> None:
    rejections = visit.rows(questions.REJECTIONS)
    if not rejections:
        st.success("No record stands refused.", icon=":material/check_circle:")
        return
    caption = "The bytes stay in quarantine. After a fix, records are replayed and count as recovered."
    panel.table(rejections, operations.REJECTION_COLUMNS, caption, "rejections")


if __name__ == "__main__":
    panel.page("Sources", "Did everything arrive, what was refused, and why?", body)
