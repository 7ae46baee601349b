"""What the built marts must look like, derived from the contracts: keys, ranges, accepted words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import msgspec.inspect as inspect

from contracts.events import EVENT_TYPES
from contracts.measures.classify import Classification
from contracts.measures.registry import measures
from contracts.vocabulary import DOMAINS
from warehouse.columns import fields_of, inner_type

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "dim_measure": ("measure",),
    "dim_threshold": ("row",),
    "dim_program": ("condition", "muscle_group", "program"),
    "fct_episode": ("patient_key", "episode_id"),
    "fct_session": ("patient_key", "session_key"),
    "fct_exercise_set": ("event_id",),
    "fct_outcome": ("event_id",),
    "fct_change": (
        "patient_key",
        "episode_id",
        "measure",
        "method",
        "device_class",
        "muscle_group",
        "side",
        "horizon",
    ),
    "fct_follow_up": (
        "patient_key",
        "episode_id",
        "measure",
        "method",
        "device_class",
        "muscle_group",
        "horizon",
    ),
    "fct_transition": ("fact_id",),
    "fct_track": ("patient_key", "episode_id", "muscle_group", "side"),
    "agg_outcomes": (
        "condition",
        "muscle_group",
        "goal",
        "program",
        "measure",
        "method",
        "device_class",
        "horizon",
        "month",
    ),
    "agg_domain": ("condition", "muscle_group", "program", "domain", "horizon"),
    "agg_clinic_month": ("clinic", "condition", "month"),
    "ops_source_day": ("source", "day"),
    "ops_rejection": ("source", "code", "path"),
}
"""What one row of each mart is."""

MAY_BE_MISSING: Final = ("side", "muscle_group", "method", "device_class", "path", "program", "goal")
"""Parts of keys that some rows do not have."""

TOTALS: Final = ("all", "unspecified")
HORIZONS: Final = ("week_6", "week_12", "latest", "discharge")
SHARES: Final = ("completeness", "share_improved")

DERIVED: Final[dict[str, dict[str, str]]] = {
    "ops_source_day": {"unaccounted": "received - accepted - duplicate - rejected"},
    "fct_outcome": {
        "within_range": "coalesce((SELECT m.value BETWEEN d.low AND d.high FROM dim_measure AS d"
        " WHERE d.measure = m.measure), false)"
    },
}
"""Columns that a check needs beside those of the mart ``m``, as SQL."""


@dataclass(frozen=True)
class Expectation:
    """One expectation: ``kind`` and ``arguments`` in the words of Great Expectations."""

    mart: str
    about: str
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How it is called in a report."""
        return f"{self.mart}.{self.about}"


def expectations_of(mart: str, columns: Sequence[str]) -> tuple[Expectation, ...]:
    """All that is expected of a mart with these columns."""
    return (
        *_keys(mart, columns),
        *(each for column in columns for each in _of_column(mart, column)),
        *_intervals(mart, columns),
        *_accounts(mart, columns),
    )


def _keys(mart: str, columns: Sequence[str]) -> Iterator[Expectation]:
    key = KEYS.get(mart, ())
    for name in key:
        if name not in MAY_BE_MISSING:
            yield Expectation(mart, f"{name} is there", "ExpectColumnValuesToNotBeNull", {"column": name})
    if not key or not set(key) <= set(columns):
        return
    if len(key) == 1:
        yield Expectation(mart, "key is unique", "ExpectColumnValuesToBeUnique", {"column": key[0]})
    else:
        arguments = {"column_list": list(key), "ignore_row_if": "never"}
        yield Expectation(mart, "key is unique", "ExpectCompoundColumnsToBeUnique", arguments)


def _of_column(mart: str, column: str) -> Iterator[Expectation]:
    if not mart.startswith(("fct_", "agg_", "dim_program")):
        return
    words = accepted_words().get(column)
    if words is not None:
        arguments = {"column": column, "value_set": sorted({*words, *TOTALS})}
        yield Expectation(mart, f"{column} is a known word", "ExpectColumnValuesToBeInSet", arguments)
    low, high = _range_of(mart, column)
    if low is not None or high is not None:
        bounds = {"column": column, "min_value": low, "max_value": high}
        yield Expectation(mart, f"{column} is in its range", "ExpectColumnValuesToBeBetween", bounds)


def _intervals(mart: str, columns: Sequence[str]) -> Iterator[Expectation]:
    if {"ci_low", "ci_high"} <= set(columns):
        arguments = {
            "column_A": "ci_high",
            "column_B": "ci_low",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        }
        kind = "ExpectColumnPairValuesAToBeGreaterThanB"
        yield Expectation(mart, "interval is not upside down", kind, arguments)


def _accounts(mart: str, columns: Sequence[str]) -> Iterator[Expectation]:
    if "unaccounted" in columns:
        arguments: dict[str, Any] = {"column": "unaccounted", "min_value": 0, "max_value": 0}
        about = "received = accepted + duplicate + rejected"
        yield Expectation(mart, about, "ExpectColumnValuesToBeBetween", arguments)
    if "within_range" in columns:
        arguments = {"column": "within_range", "value_set": [True]}
        about = "value is possible for its measure"
        yield Expectation(mart, about, "ExpectColumnValuesToBeInSet", arguments)


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
    return dict(_ranges()).get("pain" if is_pain else column, (None, None))


def _ranges() -> Iterator[tuple[str, tuple[float | None, float | None]]]:
    for name, described in _event_fields():
        if isinstance(described, inspect.IntType | inspect.FloatType) and (
            described.ge is not None or described.le is not None
        ):
            yield name, (described.ge, described.le)


def _event_fields() -> Iterator[tuple[str, inspect.Type]]:
    for kind in EVENT_TYPES.values():
        for name, each in fields_of(kind).items():
            yield name, inner_type(each.type)
