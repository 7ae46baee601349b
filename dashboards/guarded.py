"""Figures on their way out: small groups are hidden here, before a page, a tooltip or a file sees them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from math import sqrt
from typing import Any, Final

from warehouse.effects.intervals import share_interval, t_quantile
from warehouse.privacy import TOTAL, Sum, hidden_cells, is_small, rounded_share, suppress, suppress_parts

Rows = list[dict[str, Any]]

CLASSIFIED: Final = ("n_improved", "n_probable", "n_detectable", "n_unchanged", "n_deteriorated")
DOMAIN_KEY: Final = ("condition", "muscle_group", "domain")
OUTCOME_KEY: Final = ("condition", "muscle_group", "measure", "method", "device_class")


def domains(rows: Sequence[dict[str, Any]], minimum: int) -> Rows:
    """Standardised change by condition, muscle group and domain; ``hidden`` where too few were measured."""
    completed = [_with_interval(row, "standardised_change") for row in rows]
    told = ("n_measured", "standardised_change", "sd_change", "ci_low", "ci_high", "n_improved")
    hidden = hidden_domains({_cell(row): row["n_measured"] or 0 for row in completed}, minimum)
    silent = hidden | _hidden_shares(completed, minimum)
    shown = [_blanked(row, (*told, "n_classified"), _cell(row) in hidden) for row in completed]
    result = []
    for row in shown:
        improved = _share(row, _cell(row) in silent, minimum)
        complete = None if row["hidden"] else rounded_share(row["n_measured"], row["n_people"], minimum)
        people = None if is_small(row["n_people"] or 0, minimum) else row["n_people"]
        row = {name: value for name, value in row.items() if name != "sd_change"}
        result.append(row | {"n_people": people, "completeness": complete} | improved)
    return result


def outcomes(rows: Sequence[dict[str, Any]], minimum: int, domains: Sequence[dict[str, Any]] = ()) -> Rows:
    """Change by condition, muscle group and instrument, with n, interval, share improved, completeness.

    A cell that is hidden in the guarded ``domains`` of the same page stays hidden here too; one table
    would otherwise give away what the other one hides.
    """
    gone = {_cell(row) for row in domains if row["hidden"]}
    silent = {_cell(row) for row in domains if "share_improved" in row.get("hides", ())}
    counted = [_classified(_with_interval(row, "mean_change")) for row in rows]
    told = ("n_measured", "mean_change", "sd_change", "ci_low", "ci_high", "n_improved", "n_classified")
    shown = [
        _blanked(row, told, is_small(row["n_measured"], minimum) or _cell(row) in gone) for row in counted
    ]
    result = []
    for row, improved in zip(shown, _improved(shown, OUTCOME_KEY, minimum), strict=True):
        if _cell(row) in silent:
            improved = _share(row, True, minimum)
        started = None if is_small(row["n_started"] or 0, minimum) else row["n_started"]
        baseline = None if is_small(row["n_baseline"] or 0, minimum) else row["n_baseline"]
        complete = None if row["hidden"] else rounded_share(row["n_measured"], started, minimum)
        kept = {name: value for name, value in row.items() if name not in ("sd_change", *CLASSIFIED[1:])}
        result.append(
            kept | {"n_started": started, "n_baseline": baseline, "completeness": complete} | improved
        )
    return result


def months(rows: Sequence[dict[str, Any]], minimum: int) -> Rows:
    """Standardised change and share improved by clinic and month of time zero; totals are known elsewhere."""
    told = ("standardised_change", "ci_low", "ci_high", "n_improved", "n_classified")
    by = ("clinic", "month")
    # The months of a clinic add up to what other figures say of it, the clinics of a month likewise.
    known = by if len({row["clinic"] for row in rows}) > 1 else ("month",)
    shown = suppress(rows, by, "n_measured", hide=told, minimum=minimum, known_totals=known)
    result = []
    for row, improved in zip(shown, _improved(shown, by, minimum), strict=True):
        started = None if is_small(row["n_started"] or 0, minimum) else row["n_started"]
        complete = None if row["hidden"] else rounded_share(row["n_measured"], started, minimum)
        result.append(row | {"n_started": started, "completeness": complete} | improved)
    return result


def clinics(rows: Sequence[dict[str, Any]], minimum: int) -> Rows:
    """One measure's clinics by condition; small ones are hidden, and those that would give them away."""
    told = ("raw_mean", "expected", "residual", "standard_error", "shrunk", "shrunk_low", "shrunk_high")
    told += ("reliability", "limit_95", "limit_998", "flag")
    # A clinic's conditions add up to all of them, the clinics to what other figures say of everybody.
    known = ("clinic",) if len({row["clinic"] for row in rows}) > 1 else ()
    by = ("clinic", "condition")
    shown = suppress(rows, by, "n_measured", hide=told, minimum=minimum, known_totals=known)
    result = []
    for row in shown:
        started = None if is_small(row["n_started"] or 0, minimum) else row["n_started"]
        baseline = None if is_small(row["n_baseline"] or 0, minimum) else row["n_baseline"]
        complete = None if row["hidden"] else rounded_share(row["n_measured"], started, minimum)
        result.append(row | {"n_started": started, "n_baseline": baseline, "completeness": complete})
    return result


def may_filter(rows: Sequence[dict[str, Any]], wanted: Mapping[str, str], minimum: int) -> bool:
    """Whether a cohort may be narrowed to ``wanted`` ("all" for any) without giving a small group away.

    Every combination of levels and totals is a cell; both programs' cells must be large and stay
    hidden from subtraction, for people who started and for people who were measured.
    """
    if all(want == TOTAL for want in wanted.values()):
        return True
    names = ("program", *wanted)
    measured = [row for row in rows if row["baseline"] is not None and row["follow_up"] is not None]
    for people in (rows, measured):
        cells = Counter(
            tuple(row[name] if keep else TOTAL for name, keep in zip(names, kept, strict=True))
            for row in people
            for kept in product((True, False), repeat=len(names))
        )
        counted = [
            dict(zip(names, cell, strict=True)) | {"n": n} for cell, n in sorted(cells.items(), key=str)
        ]
        for row in suppress(counted, names, "n", minimum=minimum):
            if row["hidden"] and all(row[name] == want for name, want in wanted.items()):
                return False
    return True


def _hidden_shares(rows: Sequence[dict[str, Any]], minimum: int) -> set[tuple[Any, ...]]:
    """Cells with few people judged, few improved or few others, and those that would give them away.

    What is safe stays safe when more is hidden, so the three may be guarded one by one.
    """
    judged = {_cell(row): row["n_classified"] or 0 for row in rows}
    better = {_cell(row): row["n_improved"] or 0 for row in rows}
    others = {cell: judged[cell] - better[cell] for cell in judged}
    found: set[tuple[Any, ...]] = set()
    return found.union(*(hidden_domains(cells, minimum) for cells in (judged, better, others)))


def _share(row: dict[str, Any], silent: bool, minimum: int) -> dict[str, Any]:
    judged, improved = row["n_classified"], row["n_improved"]
    if silent or not judged:
        hides = ("n_improved", "share_improved", "n_classified") if silent and judged != 0 else ()
        return {"n_improved": None, "n_classified": None, "hides": hides} | _shared(None, None, minimum)
    return {"n_improved": improved, "n_classified": judged, "hides": ()} | _shared(improved, judged, minimum)


def _shared(part: int | None, whole: int | None, minimum: int) -> dict[str, float | None]:
    """The share with Wilson's 95 % interval, all to the whole per cent; None where it must stay hidden."""
    shown = rounded_share(part, whole, minimum)
    ends = None if shown is None or part is None or whole is None else share_interval(part, whole)
    return {
        "share_improved": shown,
        "share_low": None if ends is None else round(ends.low, 2),
        "share_high": None if ends is None else round(ends.high, 2),
    }


def hidden_domains(cells: Mapping[tuple[Any, ...], int], minimum: int) -> set[tuple[Any, ...]]:
    """Small cells, and others that would give them away; never the headline, which hides nothing itself."""
    wholes: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for condition, group, domain in cells:
        if condition != TOTAL:
            wholes.setdefault((TOTAL, group, domain), []).append((condition, group, domain))
        if group != TOTAL:
            wholes.setdefault((condition, TOTAL, domain), []).append((condition, group, domain))
    sums = [Sum(whole, tuple(parts)) for whole, parts in wholes.items() if whole in cells]
    published = frozenset(cell for cell in cells if cell[:2] != (TOTAL, TOTAL))
    return hidden_cells(cells, published, sums, minimum)


def _cell(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in DOMAIN_KEY)


def _blanked(row: dict[str, Any], names: Sequence[str], hidden: bool) -> dict[str, Any]:
    return {name: None if hidden and name in names else value for name, value in row.items()} | {
        "hidden": hidden
    }


def _improved(rows: Sequence[dict[str, Any]], by: Sequence[str], minimum: int) -> Rows:
    """Numbers and share of people who improved, or None where they or the others are few."""
    split = [
        {**{name: row[name] for name in by}, "whole": row["n_classified"] or 0}
        | {"better": row["n_improved"] or 0}
        | {"others": (row["n_classified"] or 0) - (row["n_improved"] or 0)}
        for row in rows
    ]
    shown = suppress_parts(split, by, "whole", ("better", "others"), minimum=minimum)
    return [
        {
            "n_improved": row["better"] if row["whole"] else None,
            "n_classified": row["whole"] or None,
            "hides": ("n_improved", "share_improved") if row["better"] is None else (),
        }
        | _shared(row["better"], row["whole"], minimum)
        for row in shown
    ]


def _classified(row: dict[str, Any]) -> dict[str, Any]:
    """Nobody is classified where no threshold of importance says what an improvement is."""
    counts = [row.get(name) or 0 for name in CLASSIFIED] if row.get("judged") else [0]
    return row | {"n_improved": counts[0], "n_classified": sum(counts)}


def _with_interval(row: dict[str, Any], centre: str) -> dict[str, Any]:
    """The row with Student's interval where the question left it to the page."""
    people, spread, middle = row["n_measured"], row.get("sd_change"), row[centre]
    if row["ci_low"] is not None or middle is None or spread is None or people < 2:
        return dict(row)
    half = t_quantile(0.95, people - 1) * spread / sqrt(people)
    return row | {"ci_low": middle - half, "ci_high": middle + half}
