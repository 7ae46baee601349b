"""What stands beside each outcome because not everybody was measured: weighted figure, worst and best case.

Guarded like the outcome itself, and further: where few people are missing, the bounds would tell of them.
"""

from collections.abc import Sequence
from typing import Any, Final

from dashboards.guarded import DOMAIN_KEY, OUTCOME_KEY, Rows, hidden_domains
from dashboards.words import interval, number, per_cent
from warehouse.privacy import TOTAL, is_small

Row = dict[str, Any]

WEIGHTED: Final = ("weighted_change", "weighted_low", "weighted_high", "n_effective")
BOUNDS: Final = ("worst_change", "best_change")
SHARES: Final = ("weighted_share_improved", "worst_share_improved", "best_share_improved")
WHY_NOT: Final = {
    "too_few": "too few people to tell who stays away",
    "not_converged": "who stays away cannot be told from what is known at the start",
    "never_measured": "of some kinds of people nobody was measured",
    "nobody_measured": "nobody was measured",
    "few_effective": "too few people were measured",
    "one_weight_dominates": "one person would stand for too many",
}


def of_domains(shown: Sequence[Row], completed: Sequence[Row], minimum: int) -> Rows:
    """The guarded domains with their weighted figures and bounds; all instruments of a domain together."""
    found = {tuple(row[name] for name in DOMAIN_KEY): row for row in completed if row["measure"] == TOTAL}
    missing = {key: row["n_started"] - row["n_measured"] for key, row in found.items()}
    few = hidden_domains(missing, minimum)
    return [_with(row, found.get(key := _key(row, DOMAIN_KEY)), key in few, minimum) for row in shown]


def of_outcomes(shown: Sequence[Row], completed: Sequence[Row], domains: Sequence[Row], minimum: int) -> Rows:
    """The guarded outcomes likewise; what the guarded ``domains`` keep silent stays so here."""
    found = {tuple(row[name] for name in OUTCOME_KEY): row for row in completed if row["measure"] != TOTAL}
    silent = {_key(row, DOMAIN_KEY) for row in domains if "worst_change" in row.get("hides", ())}
    return [
        _with(row, found.get(_key(row, OUTCOME_KEY)), _key(row, DOMAIN_KEY) in silent, minimum)
        for row in shown
    ]


def words(row: Row) -> str:
    """What a director should know because not everybody was measured."""
    if row.get("hidden"):
        return "Weighted figure and bounds: hidden"
    if row.get("weighted_change") is None:
        why = WHY_NOT.get(row.get("why_not_weighted") or "", "not worked out")
        weighted = f"Not corrected for those not measured: {why}"
    else:
        ends = interval(row["weighted_low"], row["weighted_high"], 2)
        change = number(row["weighted_change"], 2, True)
        weighted = f"If those not measured fared like people who started alike: {change} ({ends})"
    if row.get("worst_change") is None:
        bounds = "Worst to best case: hidden or not known"
    else:
        bounds = f"Whatever became of them: {interval(row['worst_change'], row['best_change'], 2)}"
    if row.get("worst_share_improved") is not None:
        ends = f"{per_cent(row['worst_share_improved'])} to {per_cent(row['best_share_improved'])}"
        bounds += f", {ends} improved"
    return f"{weighted}<br>{bounds}"


def _with(row: Row, found: Row | None, silent: bool, minimum: int) -> Row:
    """The row with what was found for it, as far as it may be told."""
    told: Row = dict.fromkeys((*WEIGHTED, *BOUNDS, *SHARES, "why_not_weighted"))
    hides: tuple[str, ...] = ()
    if found is not None and not row["hidden"]:
        told |= {name: found[name] for name in (*WEIGHTED, "why_not_weighted")}
        told["n_effective"] = round(found["n_effective"] or 0)
        missing = found["n_started"] - found["n_measured"]
        if silent or is_small(missing, minimum):
            hides += (*BOUNDS, "bounds")
        else:
            told |= {name: found[name] for name in BOUNDS}
        if row["share_improved"] is None:
            hides += SHARES if "share_improved" in row.get("hides", ()) else ()
        else:
            kept = SHARES[:1] if "bounds" in hides else SHARES
            told |= {name: _whole_per_cent(found[name]) for name in kept}
    bounds = None if told["worst_change"] is None else (told["worst_change"], told["best_change"])
    return row | told | {"bounds": bounds, "hides": (*row.get("hides", ()), *hides)}


def _whole_per_cent(share: float | None) -> float | None:
    return None if share is None else round(share, 2)


def _key(row: Row, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)
