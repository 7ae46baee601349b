"""How a comparison of two programs is shown: its verdict first, then the gates, the people, the protocol."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from dashboards import figures, guarded, panel, questions
from dashboards.tables import Column, amount, html_table, mark, plain, text
from dashboards.visit import Visit
from dashboards.words import HORIZONS, label, number, per_cent, safe, unit
from warehouse.effects.compare import compare
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import Arm, Comparison

VERDICTS: Final = {
    "answer": "An answer",
    "caution": "An answer, with caution",
    "refusal": "No fair comparison, so no number",
}
STATES: Final = {
    "passed": "✓ passed",
    "caution": "! caution",
    "refused": "✕ refused",
    "not_reached": "not reached",
}
GATES: Final[tuple[Column, ...]] = (
    mark("state", "State"),
    text("name", "Gate"),
    plain("sentence", "What was found"),
    amount("required", "Limit"),
    plain("source", "Source of the limit"),
)


def choose(visit: Visit) -> Protocol | None:
    """The protocol that the visitor chose, or None where there is nothing to choose from."""
    choices = visit.rows(questions.CHOICES)
    if not choices:
        panel.empty(
            "This release has no program with an outcome yet. Run `myomap refresh` after taking in data."
        )
        return None
    place = st.columns(3)
    conditions = _busiest(choices, "condition")
    conditions.sort(key=lambda word: word == "none")
    with place[0]:
        condition = panel.choose("Condition", conditions, "compare_condition", label)
    here = [row for row in choices if row["condition"] == condition]
    with place[1]:
        groups = _busiest(here, "muscle_group")
        group = panel.choose("Muscle group", groups, "compare_group", label)
    here = [row for row in here if row["muscle_group"] == group]
    with place[2]:
        measures = {row["measure"]: f"{row['label']} ({unit(row['unit'])})" for row in here}
        judged = {row["measure"] for row in here if row["judged"]}
        usual = sorted(_busiest(here, "measure"), key=lambda name: name not in judged)
        measure = panel.choose("Measure", usual, "compare_measure", measures.__getitem__)
    return _programs([row for row in here if row["measure"] == measure])


def _busiest(rows: Sequence[dict[str, Any]], name: str) -> list[str]:
    """The values of a column, those with the most people first."""
    people: Counter[str] = Counter()
    for row in rows:
        people[row[name]] += row["n"]
    return sorted(people, key=lambda value: (-people[value], str(value)))


def _programs(here: Sequence[dict[str, Any]]) -> Protocol | None:
    programs = [row["program"] for row in sorted(here, key=lambda row: -row["n"])]
    if len(programs) < 2:
        panel.empty("Only one program was used here, so there is nothing to compare. Choose another measure.")
        return None
    place = st.columns(3)
    with place[0]:
        first = panel.choose("First program", programs, "compare_first", label)
    with place[1]:
        others = [program for program in programs if program != first]
        second = panel.choose("Second program", others, "compare_second", label)
    with place[2]:
        horizon = panel.choose("Follow-up", list(HORIZONS), "compare_horizon", HORIZONS.__getitem__, 1)
    about = here[0]
    return Protocol(
        condition=about["condition"],
        muscle_group=about["muscle_group"],
        first=first,
        second=second,
        measure=about["measure"],
        label=about["label"],
        unit=about["unit"],
        direction=about["direction"],
        horizon=horizon,
    )


def cohort(visit: Visit, protocol: Protocol) -> list[dict[str, Any]]:
    """The rows of both programs; they go into ``compare`` and nowhere else."""
    return visit.rows(
        questions.COHORT,
        condition=protocol.condition,
        muscle_group=protocol.muscle_group,
        measure=protocol.measure,
        horizon=protocol.horizon,
        first=protocol.first,
        second=protocol.second,
    )


def show(visit: Visit, protocol: Protocol, rows: Sequence[dict[str, Any]]) -> None:
    """The whole comparison."""
    result = compare(rows, protocol, visit.minimum, visit.release.as_of)
    title, words = VERDICTS[result.verdict], safe(result.wording)
    st.html(f'<div class="verdict {result.verdict}"><b>{title}</b>{words}</div>')
    _picture(result)
    st.subheader("The two programs")
    panel.cards([_arm(arm, visit.minimum) for arm in result.arms])
    _set_aside(result, visit.minimum)
    st.subheader("What had to hold first")
    _gates(result)
    st.subheader("Who got which program")
    _baseline(result)
    _protocol(result)


def _picture(result: Comparison) -> None:
    told = (
        ("Adjusted for case-mix", result.adjusted),
        ("Crude, not adjusted", result.crude),
        ("Weighted for overlap", result.weighted),
    )
    rows = [
        {"name": name, "estimate": one.estimate, "ci_low": one.low, "ci_high": one.high}
        for name, one in told
        if one is not None
    ]
    if not rows:
        return
    protocol = result.protocol
    shown = figures.difference(rows, unit(protocol.unit), label(protocol.first), label(protocol.second))
    panel.figure(shown, "difference", "There is no estimate.")


def _arm(arm: Arm, minimum: int) -> str:
    if arm.n_measured is None:
        return panel.card(label(arm.program), "hidden", f"One of the groups has fewer than {minimum} people.")
    note = f"{arm.n_baseline} of {arm.n_started} with a baseline<br>Completeness {per_cent(arm.completeness)}"
    if arm.effective_size is not None:
        note += f"<br>Counts like {arm.effective_size:.0f} after weighting"
    return panel.card(label(arm.program), str(arm.n_measured), note, small="people measured twice")


def _set_aside(result: Comparison, minimum: int) -> None:
    waiting = f"fewer than {minimum}" if result.not_due is None else str(result.not_due)
    errors = f" Intervals are 95 %, standard errors {result.method}." if result.method else ""
    st.caption(f"Not due yet, and left out: {waiting}.{errors}")


def _gates(result: Comparison) -> None:
    lines = "".join(
        f'<div class="gate {gate.state}"><span class="state">{STATES[gate.state]}</span>'
        f"<span>{safe(label(gate.name))}</span><span>{safe(gate.sentence)}</span></div>"
        for gate in result.gates
    )
    st.html(f'<div class="gates">{lines}</div>')
    with st.expander("Limits of the gates and where they come from"):
        rows = [gate.__dict__ | {"state": STATES[gate.state]} for gate in result.gates]
        panel.table(rows, GATES, "The gates in the order in which they are judged.", "gates")


def _baseline(result: Comparison) -> None:
    rows = [
        {"characteristic": label(row.covariate) + (f": {label(row.level)}" if row.level else "")}
        | {"first": _shown(row.first, row.level), "second": _shown(row.second, row.level)}
        | {"before": row.before, "after": row.after, "hides": ("first", "second")}
        for row in result.baseline
    ]
    if not rows:
        panel.empty("Nobody was measured at both times, so there is no baseline table.")
        return
    protocol = result.protocol
    columns = (
        plain("characteristic", "At time zero"),
        Column("first", label(protocol.first), str, True),
        Column("second", label(protocol.second), str, True),
        amount("before", "Difference before weighting (SD)"),
        amount("after", "Difference after weighting (SD)"),
    )
    caption = "Means, or shares of people; few people are hidden."
    st.html(html_table(rows, columns, caption))
    panel.download(rows, columns, "baseline")
    if any(row["after"] is not None for row in rows):
        panel.figure(figures.balance(rows), "balance", "Nothing was weighted.")


def _shown(value: float | None, level: str | None) -> str | None:
    if value is None:
        return None
    return per_cent(value) if level else number(value)


def _protocol(result: Comparison) -> None:
    with st.expander("The protocol, declared before outcomes are read"):
        lines = [f"**{label(name)}:** {words}" for name, words in result.protocol.statements().items()]
        st.markdown("\n\n".join(lines))
        st.caption(f"Comparable results have the same digest: {result.protocol.digest()[:16]}")


def filtered(visit: Visit, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a severity and an age band, where both programs have enough people for that."""
    place = st.columns(2)
    with place[0]:
        severity = panel.choose("Severity", _levels(rows, "severity"), "filter_severity", label)
    with place[1]:
        age = panel.choose("Age band", _levels(rows, "age_band"), "filter_age", label)
    wanted = {"severity": severity, "age_band": age}
    if not guarded.may_filter(rows, wanted, visit.minimum):
        panel.empty(
            f"These filters would leave fewer than {visit.minimum} people, here or by subtraction: "
            "everybody is shown instead. Choose wider filters."
        )
        return list(rows)
    return [row for row in rows if all(want in ("all", row[name]) for name, want in wanted.items())]


def _levels(rows: Sequence[dict[str, Any]], name: str) -> list[str]:
    return ["all", *sorted({row[name] for row in rows if row[name] is not None})]
