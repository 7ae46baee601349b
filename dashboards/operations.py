"""The data engineer's columns and cards: what came in, why records were refused, how fresh it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dashboards import panel
from dashboards.gate import LastGate
from dashboards.tables import Column, count, in_file_only, mark, moment, plain, text
from dashboards.words import label, minute, number, safe

Rows = list[dict[str, Any]]

SOURCE_COLUMNS: Final = (
    plain("source", "Source"),
    count("received", "Received"),
    count("accepted", "Accepted"),
    count("duplicate", "Duplicate"),
    count("rejected", "Rejected"),
    count("dropped", "Unknown fields"),
    moment("last_received_at", "Last record"),
    plain("age", "Age at release"),
    plain("contract_version", "Contract version"),
)
DAY_COLUMNS: Final = (
    plain("source", "Source"),
    plain("day", "Day (UTC)"),
    *SOURCE_COLUMNS[1:6],
)
REJECTION_COLUMNS: Final = (
    plain("source", "Source"),
    Column("code", "Reason", label),
    plain("path", "Place in the record"),
    count("n", "Records"),
    moment("last_received_at", "Last one"),
    plain("sample_record_id", "Sample record"),
    in_file_only("sample_quarantine_ref", "Sample in quarantine"),
)
PARITY_COLUMNS: Final = (
    text("name", "Stream against batch"),
    count("compared", "Compared"),
    count("skipped", "Skipped, newer than the cut"),
    count("different", "Different"),
    moment("checked_at", "Checked"),
)
QUALITY_COLUMNS: Final = (
    mark("verdict", "Result"),
    plain("check_id", "Check"),
    plain("name", "What should hold"),
    text("category", "Category"),
    text("severity", "Severity"),
    text("status", "Status"),
    plain("since_release", "Since release"),
    plain("observed", "Observed"),
    plain("detail", "Where"),
    in_file_only("mart", "Table"),
    in_file_only("query", "Query of the violating rows"),
)


def by_source(days: Sequence[dict[str, Any]], built_at: datetime) -> Rows:
    """Totals per source over all days, and how old its last record was when the release was built."""
    found: dict[str, dict[str, Any]] = {}
    for row in days:
        so_far = found.setdefault(row["source"], {"source": row["source"], "last_received_at": None})
        for name in ("received", "accepted", "duplicate", "rejected", "dropped"):
            so_far[name] = so_far.get(name, 0) + row[name]
        last, at = so_far["last_received_at"], row["last_received_at"]
        so_far["last_received_at"] = at if last is None else max(last, at)
        so_far["contract_version"] = row["contract_version"]
    return [row | {"age": _age(row["last_received_at"], built_at)} for row in found.values()]


def by_day(days: Sequence[dict[str, Any]]) -> Rows:
    """Totals per day over sources."""
    found: dict[Any, dict[str, Any]] = {}
    for row in days:
        so_far = found.setdefault(row["day"], {"day": row["day"]})
        for name in ("received", "accepted", "duplicate", "rejected"):
            so_far[name] = so_far.get(name, 0) + row[name]
    return [found[day] for day in sorted(found)]


def release_cards(
    release: Sequence[dict[str, Any]], parity: Sequence[dict[str, Any]], quality: Sequence[dict[str, Any]]
) -> list[str]:
    """What the current release is made of and which checks it passed."""
    pieces = []
    for row in release:
        note = (
            f"built {minute(row['built_at'])}<br>as of {minute(row['as_of'])}<br>"
            f"rules {safe(str(row['rules_version'])[:12])}, registry {safe(row['registry_version'])}"
        )
        events = f"{row['events']:,} events, {row['patients']:,} patients"
        pieces.append(panel.card("Release", str(row["release"]), note, small=events))
    if parity:
        note = f"{len(parity)} comparisons of {sum(row['compared'] for row in parity):,} things<br>"
        note += f"{sum(row['skipped'] for row in parity):,} newer than the cut and skipped"
        different = sum(row["different"] for row in parity)
        pieces.append(panel.card("Stream = batch", f"{different:,}", note, small="different"))
    passed = sum(bool(row["passed"]) for row in quality)
    share = number(100 * passed / len(quality), 0) if quality else "–"
    note = f"{share} % passed<br>{counted_by_category(quality)}"
    pieces.append(panel.card("Checks", f"{passed} of {len(quality)}", note))
    return pieces


def counted_by_category(quality: Sequence[dict[str, Any]]) -> str:
    """How many checks there are of each category of the catalogue, and of them how many failed."""
    told = []
    for category in ("conformance", "completeness", "plausibility"):
        failed = [not row["passed"] for row in quality if row.get("category") == category]
        told += [f"{category} {len(failed)}, {sum(failed)} failed"] if failed else []
    return "<br>".join(told)


def refusal(gate: LastGate | None) -> str:
    """Why the last candidate did not become a release; empty where it did."""
    if gate is None or gate.refused is None:
        return ""
    return (
        f"Candidate {gate.release} was refused on {gate.at[:16].replace('T', ' ')} UTC; what is shown here "
        f"is the release before it. {gate.refused}"
    )


def checks(quality: Sequence[dict[str, Any]]) -> Rows:
    """Checks with their result as a word: refused, warned, or passed."""
    words = {"refuse": "✕ failed", "warn": "! warns"}
    return [
        dict(row) | {"verdict": "✓ passed" if row["passed"] else words[row["severity"]]} for row in quality
    ]


def _age(last: datetime | None, at: datetime) -> str:
    if last is None:
        return "no record"
    hours = max(0.0, (at - last).total_seconds() / 3600)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
