"""Stream = batch: what the lake replays to is held against the states and facts that the stream published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import duckdb

from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.policy import rules_version
from streams.progression.state import PatientState
from warehouse.chosen import IS_CHOSEN, Share, choose
from warehouse.differing import SHOWN, told_differences
from warehouse.lake import Lake
from warehouse.load import LATEST_STATES
from warehouse.records import EVENTS
from warehouse.refused import ReleaseRefused
from warehouse.replay import Person, opened, people, states_at

STATES: Final = "states"
FACTS: Final = "facts"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: an episode's state, or a patient's facts, at the offset of a partition."""

    check: str
    patient_key: str
    episode_id: str | None
    partition: int
    offset: int
    what: str


@dataclass(frozen=True)
class Compared:
    """One check: how many were compared, how many were too new for it, how many are different, and which."""

    check: str
    compared: int
    skipped: int
    different: int
    differences: tuple[Difference, ...] = field(default=(), compare=False)


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
    differences: list[Difference] = field(default_factory=list)

    def differs(self, count: int, found: Difference) -> None:
        """Count a difference and remember it."""
        self.different += count
        self.differences.append(found)

    def compared_in(self, check: str) -> Compared:
        """What was counted, as one check."""
        return Compared(check, self.compared, self.skipped, self.different, tuple(self.differences))


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


def compare(lake: Lake, share: Share | None = None) -> tuple[Compared, ...]:
    """Replay everybody, or a share, and compare; raises ``LakeRefused`` where the lake cannot be read."""
    states, standing = _Count(), _Count()
    only = "" if share is None else IS_CHOSEN
    with opened(lake) as connection:
        if share is not None:
            choose(connection, share)
        ends = _Ends(
            {each.partition: each.end for each in lake.manifest.of(EVENTS.name)}, _fact_ends(connection, lake)
        )
        landed = _Groups(_landed_episodes(connection, only))
        changes = _Groups(_landed_changes(connection, only))
        for person in people(connection, only=only):
            episodes = {name: one for _, name, one in landed.of(person.patient_key)}
            said = _Standing(tuple(each[1:4] for each in changes.of(person.patient_key)))
            _compare_person(person, episodes, said, ends, states, standing)
        _compare_nobodys(landed.unasked(), changes.unasked(), ends, states, standing)
    _refuse_other_rules(states.other_rules)
    return states.compared_in(STATES), standing.compared_in(FACTS)


def refuse_differences(found: Iterable[Compared]) -> None:
    """Raise ``ReleaseRefused`` naming what differs."""
    wrong = [each for each in found if each.different]
    if not wrong:
        return
    told = ", ".join(f"{each.different} of {each.compared} in the check {each.check}" for each in wrong)
    first = "; ".join(
        f"patient {one.patient_key}: {one.what}" for each in wrong for one in each.differences[:1]
    )
    told = f"{told} ({first})" if first else told
    raise ReleaseRefused(
        f"What the stream published is not what the lake's events give: {told}. The current release stays. "
        "See whose with 'myomap replay --check', stop the worker, make its stores anew from the lake with "
        "'myomap stream rebuild', start it with 'myomap stream', then run: myomap refresh"
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
    states_by_offset = dict(states_at(person, sorted({*wanted, *tops[:1]})))
    for offset, names in wanted.items():
        _, encoded = encode(states_by_offset[offset])
        for name in names:
            states.compared += 1
            what = _different_parts(encoded.get(name), episodes[name])
            if what:
                states.differs(1, Difference(STATES, person.patient_key, name, partition, offset, what))
    _compare_facts(person, said, tops, states_by_offset, end, standing)


def _different_parts(replayed: tuple[bytes, bytes] | None, landed: LandedEpisode) -> str:
    if replayed is None:
        return "the lake's events give no such episode"
    view, detail = replayed
    told = [f"view: {told_differences(landed.view.encode(), view)}"] if view != landed.view.encode() else []
    if detail != landed.detail:
        told.append(
            f"detail: published {len(landed.detail)} bytes, expected {len(detail)}, differing from byte "
            f"{_first_other(landed.detail, detail)} on"
        )
    return " and ".join(told)


def _first_other(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))


def _compare_facts(
    person: Person,
    said: _Standing,
    tops: tuple[int, ...],
    at: Mapping[int, PatientState],
    end: int,
    standing: _Count,
) -> None:
    """The last batch may be landed in part; then the one before it decides."""
    standing.skipped += sum(upto > end for _, _, upto in said.changes)
    for position, offset in enumerate(tops):
        state = at[offset] if offset in at else next(states_at(person, (offset,)))[1]
        ours, theirs = {fact.fact_id for fact in facts(state)}, said.at(offset)
        odd = len(ours ^ theirs)
        if odd and position + 1 < len(tops):
            standing.skipped += odd
            continue
        standing.compared += len(ours)
        if odd:
            what = f"{_told('stand that should not', theirs - ours)}, {_told('are missing', ours - theirs)}"
            number = person.said[0].partition
            standing.differs(odd, Difference(FACTS, person.patient_key, None, number, offset, what))
        return


def _told(what: str, facts_of_one: set[str]) -> str:
    """How many facts, and the first of them by their ids."""
    named = f" ({', '.join(sorted(facts_of_one)[:SHOWN])})" if facts_of_one else ""
    return f"{len(facts_of_one)} {what}{named}"


def _compare_nobodys(
    landed: Iterable[tuple[Any, ...]],
    changes: Iterable[tuple[Any, ...]],
    ends: _Ends,
    states: _Count,
    standing: _Count,
) -> None:
    """States and facts of people of whom no event is landed: too new, or invented."""
    what = "the lake holds no event of this person"
    for key, name, one in landed:
        if one.next_offset > ends.events.get(one.partition, 0):
            states.skipped += 1
        else:
            states.differs(1, Difference(STATES, key, name, one.partition, one.next_offset, what))
    for key, of_person in groupby(changes, key=lambda each: each[0]):
        rows = list(of_person)
        number, end = rows[-1][4], ends.events.get(rows[-1][4], 0)
        standing.skipped += sum(upto > end for _, _, _, upto, _ in rows)
        stand = _Standing(tuple(each[1:4] for each in rows)).at(end)
        if stand:
            standing.differs(len(stand), Difference(FACTS, key, None, number, end, what))


def _refuse_other_rules(count: int) -> None:
    if count:
        raise ReleaseRefused(
            f"{count} landed states were derived under other rules than this version's ({rules_version()}). "
            "The current release stays. Stop the worker, derive its states anew with 'myomap stream refold', "
            "start it with 'myomap stream' and let it publish, then run: myomap refresh"
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


def _landed_episodes(
    connection: duckdb.DuckDBPyConnection, only: str
) -> Iterator[tuple[str, str, LandedEpisode]]:
    columns = 'patient_key, episode_id, "partition", next_offset, rules_version, view, detail'
    rows = connection.cursor().sql(LATEST_STATES).project(columns)
    rows = (rows.filter(only) if only else rows).order("patient_key, episode_id")
    for batch in rows.to_arrow_reader(500):
        for key, name, *state in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield key, name, LandedEpisode(*state)


def _landed_changes(connection: duckdb.DuckDBPyConnection, only: str) -> Iterator[tuple[Any, ...]]:
    rows = connection.cursor().table("landed_transitions")
    rows = (rows.filter(only) if only else rows).order("patient_key, kafka_partition, kafka_offset")
    rows = rows.project('patient_key, fact_id, change, next_offset, "partition"')
    for batch in rows.to_arrow_reader(5_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


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
