"""What each figure would be under every other verified threshold, by the registry's own rule."""

from collections import Counter, defaultdict
from typing import Any

import pyarrow as pa

from contracts.measures.classify import Classification, classify, classify_by, rows_for
from contracts.measures.registry import find

IN_USE = "in use"
CELL = ("condition", "muscle_group", "measure", "method", "device_class", "horizon")
PAIR = ("baseline", "follow_up", "same_rater")
COUNTS = ("n_measured", "n_classified", "n_improved", "n_changed")
JUDGED = ("improved", "probable", "detectable", "unchanged", "deteriorated")
RESULT = pa.schema(
    [*((name, pa.string()) for name in (*CELL, "threshold")), *((name, pa.int64()) for name in COUNTS)]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per cell and threshold: ``in use``, and each other verified row that is for somebody there.

    Whom another row is not for keeps the class in use; ``n_changed`` counts those whose class it changes.
    """
    dbt.config(materialized="table")
    several = dbt.ref("dim_threshold").filter("status = 'verified'")
    several = several.aggregate("measure, count(*) AS n_rows").filter("n_rows > 1").project("measure")
    pairs = dbt.ref("fct_change").filter("due AND is_counted AND change IS NOT NULL")
    columns = ", ".join((*CELL, *PAIR))
    grouped = pairs.join(several, "measure").aggregate(f"{columns}, count(*) AS n")
    return pa.Table.from_pylist(applied(grouped.fetchall()), schema=RESULT)


def applied(pairs: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows of the result for pairs of values, each pair with the number of people who have it."""
    used: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    differs: dict[tuple[Any, ...], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for *place, baseline, follow_up, same_rater, n in pairs:
        condition, muscle_group, measure, _, device, _ = cell = tuple(place)
        known = find(measure)
        if known is None:
            continue
        found = classify(measure, condition, baseline, follow_up, same_rater, device, muscle_group)
        used[cell].update(_counts(found, n))
        for row in rows_for(measure, condition, baseline, device, muscle_group):
            if row.row != found.row:
                other = classify_by(row, known, baseline, follow_up, same_rater)
                difference = differs[cell][row.row]
                difference.update(_counts(other, n))
                difference.subtract(_counts(found, n))
                difference["n_changed"] += n * (other.kind != found.kind)
    return [row for cell, counts in used.items() for row in _rows(cell, counts, differs[cell])]


def _counts(found: Classification, n: int) -> dict[str, int]:
    """As the figures count: a share is of those who were judged by thresholds of error and of importance."""
    both = found.kind in JUDGED and found.mdc is not None and found.mcid is not None
    return {"n_measured": n, "n_classified": n * both, "n_improved": n * (found.kind == "improved")}


def _rows(
    cell: tuple[Any, ...], used: Counter[str], differs: dict[str, Counter[str]]
) -> list[dict[str, Any]]:
    named = {IN_USE: Counter[str]()} | differs
    place = dict(zip(CELL, cell, strict=True))
    return [
        place | {"threshold": name} | {each: used[each] + change[each] for each in COUNTS}
        for name, change in named.items()
    ]
