"""Which facts stand, as the stream published them: what was landed, and of the erased what Kafka holds."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

import duckdb
import msgspec

from contracts import topics
from streams.progression.evaluate import Missing
from streams.progression.fact import Fact
from warehouse.lake import Lake
from warehouse.land import Log

_FIELDS: Final = {each.name for each in fields(Fact)}
_INSTANTS: Final = ("occurred_at", "window_from")
_JSON: Final = {"missing": "[]", "inputs": "{}"}
"""Columns of JSON text, and what an empty one means."""


@dataclass
class _Board:
    """The facts that stand while changes are read in the order of the log."""

    standing: dict[str, Fact] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def hear(self, change: Mapping[str, Any]) -> None:
        """One landed or published change; a repeated message is passed over."""
        if change["message_id"] in self.seen:
            return
        self.seen.add(change["message_id"])
        if change["change"] == "published":
            self.standing[change["fact_id"]] = _fact(change)
        else:
            self.standing.pop(change["fact_id"], None)


def standing_facts(
    connection: duckdb.DuckDBPyConnection, lake: Lake, log: Log, partition: int
) -> dict[str, dict[str, Fact]]:
    """By patient key and fact id, what stands after all that was published from this partition.

    Of the erased the lake holds nothing, so for them Kafka is asked, as far back as it reaches.
    """
    board = _Board()
    for change in _landed(connection, partition):
        board.hear(change)
    if lake.manifest.erased:
        for change in _published(log, partition, frozenset(lake.manifest.erased)):
            board.hear(change)
    people: dict[str, dict[str, Fact]] = {}
    for name, fact in board.standing.items():
        people.setdefault(fact.patient_key, {})[name] = fact
    return people


def _landed(connection: duckdb.DuckDBPyConnection, partition: int) -> Iterator[dict[str, Any]]:
    rows = connection.cursor().execute(
        "SELECT * EXCLUDE (missing, inputs), missing AS missing_text, inputs AS inputs_text"
        " FROM landed_transitions"
        " WHERE kafka_partition = ? ORDER BY kafka_offset",
        [partition],
    )
    names = [each[0] for each in rows.description]
    while found := rows.fetchmany(5_000):
        for row in found:
            change = dict(zip(names, row, strict=True))
            yield change | {
                name: json.loads(change[f"{name}_text"] or empty) for name, empty in _JSON.items()
            }


def _published(log: Log, partition: int, people: frozenset[str]) -> Iterator[dict[str, Any]]:
    bounds = log.bounds(topics.TRANSITIONS).get(partition)
    if bounds is None or bounds.begin == bounds.end:
        return
    for chunk in log.read(topics.TRANSITIONS, {partition: (bounds.begin, bounds.end)}):
        for record in chunk.records:
            if record.key is not None and record.key.decode() in people:
                yield msgspec.json.decode(record.value or b"{}")


def _fact(change: Mapping[str, Any]) -> Fact:
    """The fact of a change; what this version's facts have and the message lacks stays at its default."""
    known = {name: value for name, value in change.items() if name in _FIELDS}
    for name in _INSTANTS:
        if isinstance(known.get(name), str):
            known[name] = datetime.fromisoformat(known[name])
    known["says"] = change.get("says") or ""
    known["evidence"] = tuple(change.get("evidence") or ())
    known["missing"] = tuple(_missing(change.get("missing") or ()))
    return Fact(**known)


def _missing(told: Iterable[Any]) -> Iterator[Missing]:
    names = {each.name for each in fields(Missing)}
    for each in told:
        yield Missing(**{name: value for name, value in each.items() if name in names})
