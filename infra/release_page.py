"""The director's report of one release, as text and as a page to print; the same figures, the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.vocabulary import HEADLINE_DOMAINS
from dashboards.words import HORIZONS, interval, label, number, per_cent, safe, unit
from infra.release_chart import chart

Rows = Sequence[Mapping[str, Any]]
Figures = Mapping[str, Mapping[str, Rows]]
Table = tuple[str, Sequence[str], list[Sequence[str]]]
"""Title, columns, rows."""

HEADLINE: Final = "week_12"
HIDDEN: Final = "hidden"
DOMAIN_COLUMNS: Final = (
    "Condition",
    "Domain",
    "Change (SD)",
    "95 % interval",
    "Measured",
    "Complete",
    "Improved",
)
OUTCOME_COLUMNS: Final = ("Condition", "Muscle group", "Measure", "Mean change", "95 % interval", "Measured")
OUTCOME_COLUMNS += ("Started", "Complete", "Improved")
MONTH_COLUMNS: Final = ("Clinic", "Month", "Change (SD)", "95 % interval", "Measured", "Improved")
_STYLE: Final = """body{font:15px/1.45 Georgia,serif;color:#1d2a28;background:#fff;
max-width:62rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.7rem;margin:0}
h2{font-size:1.15rem;margin:2rem 0 .4rem}p{margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.82rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #d9ddd8}
th{border-bottom:1.5px solid #1d2a28}
td.n{text-align:right}.quiet{color:#5c6966;font-size:.85rem}svg{max-width:100%;height:auto}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,svg{break-inside:avoid}}"""


def text(head: Mapping[str, Any], figures: Figures) -> str:
    """The report in plain text, in aligned columns."""
    lines = [title(head), "", *notes(head), ""]
    for name, columns, rows in tables(figures):
        lines += [name, *_aligned(columns, rows), ""]
    return "\n".join(lines)


def page(head: Mapping[str, Any], figures: Figures) -> str:
    """The report as one HTML file that needs nothing else: with a picture, made for printing."""
    headline = [row for row in _headline(figures) if row["condition"] == "all"]
    drawn = chart(headline, f"Change at {HORIZONS[HEADLINE]}, all conditions")
    told = "".join(f'<p class="quiet">{safe(line)}</p>' for line in notes(head))
    body = "".join(_table(*each) for each in tables(figures))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{safe(title(head))}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{safe(title(head))}</h1>{told}{drawn}{body}</body></html>\n"
    )


def title(head: Mapping[str, Any]) -> str:
    """Of which release the report is."""
    return f"How are we doing: release {head['release']}"


def notes(head: Mapping[str, Any]) -> list[str]:
    """Up to when the report knows, by which rules it was made, and how it is to be read."""
    models = ", ".join(map(str, head["model_versions"])) or "none"
    return [
        f"As of {_instant(head['as_of'])}, built {_instant(head['built_at'])}, from {head['events']:,} "
        f"events of {head['patients']:,} people.",
        f"Measure registry {head['registry_version']}, progression rules {head['rules_version']}, "
        f"estimators {models}.",
        f"Groups of fewer than {head['minimum_cell']} people are hidden, and others that would give them "
        "away. Change is improvement: positive is better. Change says how people fared, not why.",
    ]


def tables(figures: Figures) -> Iterable[Table]:
    """The tables of the report, the twelve weeks' first."""
    for horizon in sorted(HORIZONS, key=lambda each: each != HEADLINE):
        after = HORIZONS[horizon].lower()
        domains = [row for row in figures["domains"][horizon] if row["muscle_group"] == "all"]
        yield f"Domains, follow-up: {after}", DOMAIN_COLUMNS, [domain_words(row) for row in domains]
        yield (
            f"Outcomes, follow-up: {after}",
            OUTCOME_COLUMNS,
            [outcome_words(row) for row in figures["outcomes"][horizon]],
        )
    months = [month_words(row) for row in figures["months"]["all"]]
    yield "Month by month, all conditions", MONTH_COLUMNS, months


def domain_words(row: Mapping[str, Any]) -> Sequence[str]:
    """A domain as it is printed."""
    change, ends = _change(row, "standardised_change")
    return (
        label(row["condition"]),
        label(row["domain"]),
        change,
        ends,
        _count(row, "n_measured"),
        per_cent(row["completeness"]),
        _share(row),
    )


def outcome_words(row: Mapping[str, Any]) -> Sequence[str]:
    """An outcome as it is printed."""
    change, ends = _change(row, "mean_change")
    return (
        label(row["condition"]),
        label(row["muscle_group"]),
        f"{row['label'] or label(row['measure'])} ({unit(row['unit'])}, {label(row['method']).lower()})",
        change,
        ends,
        _count(row, "n_measured"),
        _count(row, "n_started"),
        per_cent(row["completeness"]),
        _share(row),
    )


def month_words(row: Mapping[str, Any]) -> Sequence[str]:
    """A clinic's month as it is printed."""
    change, ends = _change(row, "standardised_change")
    return (label(row["clinic"]), str(row["month"]), change, ends, _count(row, "n_measured"), _share(row))


def _headline(figures: Figures) -> list[Mapping[str, Any]]:
    rows = [row for row in figures["domains"][HEADLINE] if row["muscle_group"] == "all"]
    return [row for row in rows if row["domain"] in HEADLINE_DOMAINS]


def _change(row: Mapping[str, Any], name: str) -> tuple[str, str]:
    if row["hidden"]:
        return HIDDEN, HIDDEN
    return number(row[name], 2, True), interval(row["ci_low"], row["ci_high"], 2)


def _count(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    return HIDDEN if value is None else f"{value:,}"


def _share(row: Mapping[str, Any]) -> str:
    if row["share_improved"] is not None:
        return per_cent(row["share_improved"])
    return HIDDEN if row["hidden"] or "share_improved" in row.get("hides", ()) else per_cent(None)


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["  nothing yet"]
    widths = [max(len(row[spot]) for row in (columns, *rows)) for spot in range(len(columns))]
    return [
        ("  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True))).rstrip()
        for row in (columns, *rows)
    ]


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return f"<h2>{safe(name)}</h2><p>Nothing yet.</p>"
    head = "".join(f'<th scope="col">{safe(word)}</th>' for word in columns)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f"<h2>{safe(name)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(word: str) -> str:
    is_number = word[:1] in "+−0123456789–"
    return f'<td class="n">{safe(word)}</td>' if is_number else f"<td>{safe(word)}</td>"


def _instant(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"
