"""The director's cards and tables: their columns, and how a headline is written."""

from collections.abc import Sequence
from typing import Any, Final

from dashboards import completeness, panel
from dashboards.tables import Column, amount, count, in_file_only, interval_column, name, share, text
from dashboards.words import interval, label, number, per_cent, safe, unit

Rows = Sequence[dict[str, Any]]

TRENDS: Final = {"standardised_change": "Change", "share_improved": "Share improved"}
COMPLETED_COLUMNS: Final = (
    amount("weighted_change", "Corrected", 2, True),
    interval_column("Worst to best", 1, "bounds"),
    in_file_only("weighted_low", "Corrected, 95 % from"),
    in_file_only("weighted_high", "Corrected, 95 % to"),
    in_file_only("n_effective", "Effective people"),
    in_file_only("why_not_weighted", "Why not corrected"),
)
COMPLETED_SHARES: Final = (
    in_file_only("weighted_share_improved", "Improved, corrected"),
    in_file_only("worst_share_improved", "Improved, worst case"),
    in_file_only("best_share_improved", "Improved, best case"),
)
OUTCOME_COLUMNS: Final = (
    text("condition", "Condition"),
    text("muscle_group", "Muscle group"),
    text("domain", "Domain"),
    name("instrument", "Measure"),
    count("n_measured", "Measured"),
    count("n_started", "Started"),
    share("completeness", "Complete"),
    amount("mean_change", "Mean change", 2, True),
    interval_column(),
    *COMPLETED_COLUMNS,
    share("share_improved", "Improved"),
    in_file_only("share_low", "Improved, 95 % from"),
    in_file_only("share_high", "Improved, 95 % to"),
    *COMPLETED_SHARES,
    in_file_only("n_improved", "People improved"),
    in_file_only("n_classified", "People judged"),
    in_file_only("method", "Method"),
    in_file_only("device_class", "Device"),
)
DOMAIN_COLUMNS: Final = (
    text("muscle_group", "Muscle group"),
    amount("standardised_change", "Change (baseline SD)", 2, True),
    interval_column(),
    count("n_measured", "Measured"),
    count("n_people", "People"),
    share("completeness", "Completeness"),
    *COMPLETED_COLUMNS,
    share("share_improved", "Improved"),
    in_file_only("share_low", "Improved, 95 % from"),
    in_file_only("share_high", "Improved, 95 % to"),
    *COMPLETED_SHARES,
    Column("measures", "Instruments", ", ".join),
)


def domain_card(domain: str, rows: Rows, minimum: int) -> str:
    """A headline: change in baseline SDs with its interval, n, completeness, share improved, instruments."""
    row = next((row for row in rows if row["domain"] == domain and row["muscle_group"] == "all"), None)
    if row is None:
        return panel.card(label(domain), "–", "Nobody was measured in this domain.")
    if row["standardised_change"] is None or row["ci_low"] is None:
        return panel.card(
            label(domain),
            "hidden",
            f"Fewer than {minimum} people were measured, or others would be given away.",
        )
    change, low, high = row["standardised_change"], row["ci_low"], row["ci_high"]
    improved = row["share_improved"]
    share_line = "Share improved: hidden or no threshold"
    if improved is not None:
        ends = f"{per_cent(row['share_low'])} to {per_cent(row['share_high'])}"
        share_line = (
            f"{per_cent(improved)} improved by an important amount "
            f"(95 % interval {ends}, of {row['n_classified']} judged)"
        )
    note = (
        f"95 % interval {interval(low, high, 2)}<br>"
        f"{row['n_measured']} of {row['n_people'] or '–'} people measured, "
        f"completeness {per_cent(row['completeness'])}<br>{share_line}<br>{completeness.words(row)}<br>"
        f'<span class="quiet">{safe(", ".join(row["measures"]))}</span>'
    )
    strip = panel.strip(change, low, high)
    return panel.card(label(domain), number(change, 2, True), note, strip, "baseline SD")


def named(domains: Rows, found: Rows) -> list[dict[str, Any]]:
    """Domains whose instruments bear their labels, as the outcomes of the same release name them."""
    names = {row["measure"]: row["label"] for row in found}
    return [row | {"measures": [names.get(each, each) for each in row["measures"] or ()]} for row in domains]


def with_interval(rows: Rows) -> list[dict[str, Any]]:
    """Both ends of the interval as one value, or None where they are hidden; the measure with its unit."""
    return [
        row
        | {"interval": None if row["ci_low"] is None else (row["ci_low"], row["ci_high"])}
        | ({"instrument": f"{row['label']} ({unit(row['unit'])})"} if "label" in row else {})
        for row in rows
    ]


def counts(row: dict[str, Any], condition: str) -> bool:
    """Whether an outcome belongs to the chosen figures: healthy trainees only when they are asked for."""
    return bool(row["condition"] == condition or (condition == "all" and row["condition"] != "none"))
