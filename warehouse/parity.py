"""Stream = batch: what the lake replays to is held against the states and facts that the stream published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.policy import rules_version
from streams.progression.state import PatientState
from warehouse.lake import Lake
from warehouse.load import LATEST_STATES
from warehouse.records import EVENTS
from warehouse.refused import ReleaseRefused
from warehouse.replay import Person, opened, people, states_at

STATES: Final = "states"
FACTS: Final = "facts"


@dataclass(frozen=True)
class Compared:
    """One check: how many were compared, how many were too new for it, how many are different."""

    check: str
    compared: int
    skipped: int
    different: int


@dataclass(frozen=True)
class LandedEpisode:
    """The latest landed state of an episode, and the offset that it covers."""

    partition: int
    next_offset: int
    rules_version: str
    view: str
    detail: bytes


@dataclass
class _Count:
    compared: int = 0
    skipped: int = 0
    different: int = 0
    other_rules: int = 0


@dataclass(frozen=True)
class _Standing:
    """The landed changes of one person's facts: fact id, change and offset, in the order of the log."""

    changes: tuple[tuple[str, str, int], ...] = ()

    def at(self, offset: int) -> set[str]:
        """Ids of the facts that stand after the batches up to this offset."""
        last = {fact: change for fact, change, upto in self.changes if upto <= offset}
        return {fact for fact, change in last.items() if change == "published"}


@dataclass(frozen=True)
class _Ends:
    """By partition: where the landed events end, and the two last offsets to which facts are published."""

    events: Mapping[int, int]
    facts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def compare(lake: Lake) -> tuple[Compared, ...]:
    """Replay everybody and compare; raises ``LakeRefused`` where the lake cannot be read."""
    states, standing = _Count(), _Count()
    with opened(lake) as connection:
        ends = _Ends(
            {each.partition: each.end for each in lake.manifest.of(EVENTS.name)}, _fact_ends(connection, lake)
        )
        landed = _Groups(_landed_episodes(connection))
        changes = _Groups(_landed_changes(connection))
        for person in people(connection):
            episodes = {name: one for _, name, one in landed.of(person.patient_key)}
            said = _Standing(tuple(each[1:] for each in changes.of(person.patient_key)))
            _compare_person(person, episodes, said, ends, states, standing)
        for _, _, one in landed.unasked():
            is_newer = one.next_offset > ends.events.get(one.partition, 0)
            states.skipped += is_newer
            states.different += not is_newer
    _refuse_other_rules(states.other_rules)
    return (
        Compared(STATES, states.compared, states.skipped, states.different),
        Compared(FACTS, standing.compared, standing.skipped, standing.different),
    )


def refuse_differences(found: Iterable[Compared]) -> None:
    """Raise ``ReleaseRefused`` naming what differs."""
    wrong = [each for each in found if each.different]
    if not wrong:
        return
    told = ", ".join(f"{each.different} of {each.compared} in the check {each.check}" for each in wrong)
    raise ReleaseRefused(
        f"What the stream published is not what the lake's events give: {told}. The current release stays. "
        "Stop the worker, move the stores of this home (streams/) away so that it rebuilds them, start it "
        "with 'myomap stream', then run: myomap refresh"
    )


def _compare_person(
    person: Person,
    episodes: Mapping[str, LandedEpisode],
    said: _Standing,
    ends: _Ends,
    states: _Count,
    standing: _Count,
) -> None:
    partition = person.said[0].partition
    end = ends.events.get(partition, 0)
    wanted: dict[int, list[str]] = defaultdict(list)
    for name, landed in episodes.items():
        if landed.next_offset > end:
            states.skipped += 1
        elif landed.rules_version != rules_version():
            states.other_rules += 1
        else:
            wanted[landed.next_offset].append(name)
    tops = ends.facts.get(partition, ())
    states_by_offset = dict(states_at(person, sorted({*wanted, *tops})))
    for offset, names in wanted.items():
        _, encoded = encode(states_by_offset[offset])
        for name in names:
            landed = episodes[name]
            states.compared += 1
            states.different += encoded.get(name) != (landed.view.encode(), landed.detail)
    _compare_facts(said, tops, states_by_offset, end, standing)


def _compare_facts(
    said: _Standing, tops: tuple[int, ...], at: Mapping[int, PatientState], end: int, standing: _Count
) -> None:
    """The last batch may be landed in part; then the one before it decides."""
    standing.skipped += sum(upto > end for _, _, upto in said.changes)
    for position, offset in enumerate(tops):
        ours = {fact.fact_id for fact in facts(at[offset])}
        if ours == said.at(offset):
            standing.compared += len(ours)
            return
        if position + 1 < len(tops):
            standing.skipped += len(ours ^ said.at(offset))
            continue
        standing.compared += len(ours)
        standing.different += len(ours ^ said.at(offset))


def _refuse_other_rules(count: int) -> None:
    if count:
        raise ReleaseRefused(
            f"{count} landed states were derived under other rules than this version's ({rules_version()}). "
            "The current release stays. Start the stream worker of this version and let it publish, then "
            "run: myomap refresh"
        )


class _Groups:
    """Rows that come sorted by patient key, taken person by person beside another sorted walk."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._passed: list[tuple[Any, ...]] = []

    def of(self, patient_key: str) -> list[tuple[Any, ...]]:
        """This person's rows; rows of people before, for whom nobody asked, are put aside."""
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[0] <= patient_key:
            (found if self._next[0] == patient_key else self._passed).append(self._next)
            self._next = next(self._rows, None)
        return found

    def unasked(self) -> Iterator[tuple[Any, ...]]:
        """The rows of people for whom nobody asked."""
        yield from self._passed
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)


def _landed_episodes(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, LandedEpisode]]:
    columns = 'patient_key, episode_id, "partition", next_offset, rules_version, view, detail'
    rows = connection.cursor().sql(LATEST_STATES).project(columns).order("patient_key, episode_id")
    for batch in rows.to_arrow_reader(500):
        for key, name, *state in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield key, name, LandedEpisode(*state)


def _landed_changes(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    rows = connection.cursor().execute(
        "SELECT patient_key, fact_id, change, next_offset FROM landed_transitions"
        " ORDER BY patient_key, kafka_partition, kafka_offset"
    )
    while found := rows.fetchmany(5_000):
        yield from found


def _fact_ends(connection: duckdb.DuckDBPyConnection, lake: Lake) -> dict[int, tuple[int, ...]]:
    """By partition the last offset that landed facts tell of within the landed events, and the one before."""
    ends = {each.partition: each.end for each in lake.manifest.of(EVENTS.name)}
    rows = connection.execute(
        'SELECT DISTINCT "partition", next_offset FROM landed_transitions ORDER BY 1, 2 DESC'
    ).fetchall()
    tops: dict[int, tuple[int, ...]] = {}
    for partition, offset in rows:
        known = tops.get(partition, ())
        if offset <= ends.get(partition, 0) and len(known) < 2:
            tops[partition] = (*known, offset)
    return {partition: found if len(found) == 2 else (*found, 0) for partition, found in tops.items()}
