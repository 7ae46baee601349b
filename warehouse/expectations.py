"""What the built marts must look like, derived from the contracts: keys, ranges, words, links, accounts."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, get_args

import msgspec.inspect as inspect

from contracts.events import EVENT_TYPES
from contracts.measures.classify import Classification
from contracts.measures.registry import measures
from contracts.vocabulary import DOMAINS
from warehouse.catalogue import Check, row_check
from warehouse.columns import fields_of, inner_type
from warehouse.grain import grains

KEYS: Final = grains()
"""What one row of each mart is."""

MAY_BE_MISSING: Final = ("side", "muscle_group", "method", "device_class", "path", "program", "goal")
"""Parts of keys that some rows do not have."""

LINKS: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("measure", ("measure",), "dim_measure"),
    ("threshold_row", ("row",), "dim_threshold"),
    ("clinic", ("clinic",), "dim_clinic"),
    ("therapist", ("therapist",), "dim_therapist"),
    ("patient_key", ("patient_key",), "dim_patient"),
    ("patient_key, episode_id", ("patient_key", "episode_id"), "fct_episode"),
)
"""Columns of facts that name a row elsewhere: the columns, the key that they name, and whose it is."""

TOTALS: Final = ("all", "unspecified")
HORIZONS: Final = ("week_6", "week_12", "latest", "discharge")
SHARES: Final = (
    *("completeness", "share_improved", "weighted_share_improved", "worst_share_improved"),
    *("best_share_improved", "largest_weight_share", "changed", "changed_low", "changed_high"),
    *("changed_earliest", "discharged"),
)

ACCOUNTS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("source, received, accepted", "verdicts", "Received = accepted + duplicate + rejected.",
     "m.received <> m.accepted + m.duplicate + m.rejected"),
    ("ci_low, ci_high", "interval", "An interval is not upside down.", "m.ci_low > m.ci_high"),
    ("mean_change, ci_low, ci_high", "mean_in_interval", "A mean lies within its interval.",
     "m.mean_change < m.ci_low - 1e-9 OR m.mean_change > m.ci_high + 1e-9"),
    ("n_started, n_measured", "measured_of_started", "Nobody is measured who was not due.",
     "m.n_measured > m.n_started"),
    ("n_started, n_baseline", "baseline_of_started", "Nobody has a baseline who was not due.",
     "m.n_baseline > m.n_started"),
    ("completeness, n_measured, n_started", "completeness", "Completeness is measured / due.",
     "abs(m.completeness - m.n_measured / nullif(m.n_started, 0)) > 1e-9"),
    ("share_improved, n_improved, n_classified", "share_improved", "Share improved is improved / classified.",
     "abs(m.share_improved - m.n_improved / nullif(m.n_classified, 0)) > 1e-9"),
    ("change, baseline, follow_up", "change", "A change is follow-up less baseline.",
     "abs(m.change - (m.follow_up - m.baseline)) > 1e-6"),
    ("change, improvement, direction", "improvement", "An improvement has its measure's sign.",
     "abs(m.improvement - CASE m.direction WHEN 'lower' THEN -m.change ELSE m.change END) > 1e-6"),
    ("baseline_at, follow_up_at", "follow_up_after_baseline", "A follow-up comes after its baseline.",
     "m.follow_up_at < m.baseline_at"),
)  # fmt: skip
"""What must hold within a row: the columns it needs, its name, the sentence, and the SQL of the contrary."""

POSSIBLE: Final = (
    "NOT coalesce((SELECT any_value(m.value BETWEEN d.low AND d.high) FROM dim_measure AS d"
    " WHERE d.measure = m.measure), false)"
)


def mart_checks(columns: Mapping[str, Sequence[str]]) -> tuple[Check, ...]:
    """All that is expected of the marts that are there, with their columns."""
    return tuple(
        check
        for mart, names in sorted(columns.items())
        if "." not in mart
        for check in _of(mart, names, columns)
    )


def _of(mart: str, names: Sequence[str], tables: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    yield from _keys(mart, names)
    for name in names:
        yield from _of_column(mart, name)
    yield from _accounts(mart, names)
    yield from _links(mart, names, tables)
    if {"measure", "value"} <= set(names) and "dim_measure" in tables:
        says = "A value is possible for its measure."
        yield row_check(f"{mart}.value.possible", "conformance", "refuse", mart, says, POSSIBLE)


def _keys(mart: str, names: Sequence[str]) -> Iterator[Check]:
    key = [name for name in KEYS.get(mart, ()) if name in names]
    for name in key:
        if name not in MAY_BE_MISSING:
            says = f"{name} is there in every row."
            yield row_check(f"{mart}.{name}.there", "completeness", "refuse", mart, says, f"m.{name} IS NULL")
    if not key or len(key) != len(KEYS[mart]):
        return
    listed = ", ".join(f'"{name}"' for name in key)
    query = f"SELECT {listed}, count(*) AS times FROM {mart} GROUP BY ALL HAVING count(*) > 1"
    measured = f"SELECT 'key' AS place, count(*) AS n, coalesce(sum(times - 1), 0) AS metric FROM ({query})"
    says = f"A row is one {', '.join(key)}."
    yield Check(f"{mart}.key", "conformance", "refuse", mart, says, query, measured=measured)


def _of_column(mart: str, name: str) -> Iterator[Check]:
    if not mart.startswith(("fct_", "agg_", "dim_program")):
        return
    words = accepted_words().get(name)
    if words is not None:
        listed = ", ".join(f"'{word}'" for word in sorted({*words, *TOTALS}))
        says = f"{name} is a word of its list."
        yield row_check(
            f"{mart}.{name}.word", "conformance", "refuse", mart, says, f"m.{name} NOT IN ({listed})"
        )
    low, high = _range_of(mart, name)
    bounds = [f"m.{name} < {low!r}"] if low is not None else []
    bounds += [f"m.{name} > {high!r}"] if high is not None else []
    if bounds:
        says = f"{name} is in its range."
        yield row_check(f"{mart}.{name}.range", "conformance", "refuse", mart, says, " OR ".join(bounds))


def _accounts(mart: str, names: Sequence[str]) -> Iterator[Check]:
    for needed, about, says, wrong in ACCOUNTS:
        if set(needed.split(", ")) <= set(names):
            yield row_check(f"{mart}.{about}", "conformance", "refuse", mart, says, f"({wrong})")


def _links(mart: str, names: Sequence[str], tables: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    if not mart.startswith("fct_"):
        return
    for columns, key, other in LINKS:
        mine = columns.split(", ")
        if mart == other or other not in tables or not set(mine) <= set(names):
            continue
        same = " AND ".join(f"m.{one} = d.{its}" for one, its in zip(mine, key, strict=True))
        there = " AND ".join(f"m.{one} IS NOT NULL" for one in mine)
        query = f"SELECT m.* FROM {mart} AS m ANTI JOIN {other} AS d ON {same} WHERE {there}"
        measured = f"SELECT '{columns}' AS place, count(*) AS n, count(*) AS metric FROM ({query})"
        says = f"{columns} names a row of {other}."
        name = f"{mart}.{mine[-1]}.in_{other}"
        yield Check(name, "conformance", "refuse", mart, says, query, measured=measured)


@cache
def accepted_words() -> dict[str, tuple[str, ...]]:
    """By column, the words of the closed list that the contracts know for it."""
    words: dict[str, tuple[str, ...]] = {}
    for name, described in _event_fields():
        if isinstance(described, inspect.LiteralType):
            words[name] = tuple(str(each) for each in described.values)
    kinds = get_args(Classification.__annotations__.get("kind"))
    words |= {"measure": tuple(each.measure for each in measures()), "domain": DOMAINS, "horizon": HORIZONS}
    words |= {"direction": ("higher", "lower")} | ({"class": kinds} if kinds else {})
    return words


def _range_of(mart: str, column: str) -> tuple[float | None, float | None]:
    if column in SHARES:
        return 0, 1
    if column.startswith("n_") or column in ("compared", "received"):
        return 0, None
    if not mart.startswith("fct_"):
        return None, None
    is_pain = column in {f"pain_{phase}" for phase in accepted_words()["phase"]}
    return _ranges().get("pain" if is_pain else column, (None, None))


@cache
def _ranges() -> dict[str, tuple[float | None, float | None]]:
    return {
        name: (described.ge, described.le)
        for name, described in _event_fields()
        if isinstance(described, inspect.IntType | inspect.FloatType)
        and (described.ge is not None or described.le is not None)
    }


def _event_fields() -> Iterator[tuple[str, inspect.Type]]:
    for kind in EVENT_TYPES.values():
        for name, each in fields_of(kind).items():
            yield name, inner_type(each.type)
