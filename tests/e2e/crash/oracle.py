"""Judges a run by the log, the published topics and the stores: each against the straight fold of the log.

Nothing that a worker counts is asked. What is wrong is said in sentences, so that a test can also hold
that something *is* wrong where a defence was taken away.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from streams.batch import decode
from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.fold import evolve
from streams.progression.policy import rules_version
from streams.progression.state import PatientState, initial

SAMPLE: Final = 40
"""Of so many patients per partition every published moment is compared with the fold up to there."""


class Record(Protocol):
    """A record as a reader gets it."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


Dump = Mapping[str, bytes]
"""By patient the canonical bytes of what is stored: the patient's row, view and detail by episode."""


@dataclass(frozen=True)
class Evidence:
    """What a run left behind; each iterable is read once. ``stored`` holds the dump of each partition."""

    log: Iterable[Record]
    progression: Iterable[Record]
    transitions: Iterable[Record]
    quarantined: Iterable[Record]
    stored: Mapping[int, Dump]


@dataclass(frozen=True)
class Straight:
    """The straight fold of a partition's log: its events with their offsets, the states, what is no event."""

    events: Sequence[tuple[int, Any]]
    states: Mapping[str, PatientState]
    poison: Mapping[int, str]
    end: int


def complaints(evidence: Evidence) -> list[str]:
    """What is wrong, one sentence each; empty when everything agrees with the straight fold."""
    straight = {number: fold_straight(log) for number, log in by_partition(evidence.log).items()}
    found = [*_stored(evidence.stored, straight), *_progression(evidence.progression, straight)]
    transitions = by_partition(evidence.transitions)
    quarantined = by_partition(evidence.quarantined)
    for number in sorted(straight.keys() | transitions.keys() | quarantined.keys()):
        known = straight.get(number) or Straight((), {}, {}, 0)
        found += [f"partition {number}: {each}" for each in _transitions(transitions[number], known)]
        found += [f"partition {number}: {each}" for each in _quarantined(quarantined[number], known)]
    return found


def by_partition(records: Iterable[Record]) -> dict[int, list[Record]]:
    """The records of each partition in their order."""
    found: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        found[record.partition].append(record)
    return found


def fold_straight(log: Sequence[Record]) -> Straight:
    """Every event of a partition's log onto its patient's state, one after the other."""
    decoded = decode(log, "the log")
    states: dict[str, PatientState] = {}
    for _, event in decoded.events:
        states[event.patient_key] = evolve(states.get(event.patient_key, initial()), event)
    poison = {row.record_offset: row.reason for row in decoded.quarantined}
    return Straight(decoded.events, states, poison, log[-1].offset + 1 if log else 0)


def dumped(row: bytes, episodes: Mapping[str, tuple[bytes, bytes]]) -> bytes:
    """The canonical bytes of one patient's rows."""
    return msgspec.msgpack.encode([row, [[name, *parts] for name, parts in sorted(episodes.items())]])


def _stored(stored: Mapping[int, Dump], straight: Mapping[int, Straight]) -> Iterator[str]:
    for number in sorted(stored.keys() | straight.keys()):
        is_there = stored.get(number, {})
        states = straight[number].states if number in straight else {}
        expected = {key: dumped(*encode(state)) for key, state in states.items()}
        lost, strange = expected.keys() - is_there.keys(), is_there.keys() - expected.keys()
        other = [key for key in expected.keys() & is_there.keys() if expected[key] != is_there[key]]
        if lost:
            yield f"partition {number}: the store lacks {len(lost)} of {len(expected)} patients"
        if strange:
            yield f"partition {number}: the store holds {len(strange)} patients of whom the log says nothing"
        if other:
            yield f"partition {number}: the stored states of {len(other)} of {len(expected)} patients differ"


def _progression(published: Iterable[Record], straight: Mapping[int, Straight]) -> Iterator[str]:
    latest: dict[tuple[int, str], tuple[Any, Any] | None] = {}
    markers: dict[int, int] = {}
    covered: dict[tuple[int, str], int] = {}
    for record in published:
        name = (record.partition, (record.key or b"").decode())
        message = msgspec.json.decode(record.value) if record.value is not None else None
        if name[1] == "covers":
            markers[name[0]] = message["covers"]["next_offset"]
        if "/" not in name[1]:
            continue  # the patients' small rows, which only a restore reads
        if message is None:
            latest[name] = None
            continue
        latest[name] = (message["view"], message["detail"])
        yield from _covers(name, message, covered, straight)
    expected = {
        (number, f"{key}/{episode}"): (msgspec.json.decode(view), b64encode(detail).decode())
        for number, known in straight.items()
        for key, state in known.states.items()
        for episode, (view, detail) in encode(state)[1].items()
    }
    standing = {name: value for name, value in latest.items() if value is not None}
    wrong = [name for name in expected.keys() | standing.keys() if expected.get(name) != standing.get(name)]
    ends = {number: known.end for number, known in straight.items()}
    if markers != ends:
        yield f"progression: the markers stand at {markers}, but the log ends at {ends}"
    if wrong:
        yield f"progression: the latest of {len(wrong)} of {len(expected)} episodes is not that of the log"


def _covers(
    name: tuple[int, str],
    message: Any,
    covered: dict[tuple[int, str], int],
    straight: Mapping[int, Straight],
) -> Iterator[str]:
    partition, offset = message["covers"]["partition"], message["covers"]["next_offset"]
    if partition != name[0] or offset > (straight[name[0]].end if name[0] in straight else 0):
        yield f"progression: a message covers offset {offset} of partition {partition}, which is not there"
    if offset < covered.get(name, 0):
        yield f"progression: an episode goes back from offset {covered[name]} to {offset}"
    if message["rules_version"] != rules_version():
        yield "progression: a message was made under other rules"
    covered[name] = offset


def once(records: Iterable[Record]) -> Iterator[Any]:
    """The messages of a topic's partition without repetitions."""
    seen: set[str] = set()
    for record in records:
        message = msgspec.json.decode(record.value or b"null")
        if message["message_id"] not in seen:
            seen.add(message["message_id"])
            yield message


def _transitions(records: Sequence[Record], known: Straight) -> Iterator[str]:
    messages = list(once(records))
    holding: dict[str, set[str]] = defaultdict(set)
    reached = twice = missing = back = 0
    for message in messages:
        back += message["next_offset"] < reached
        reached = max(reached, message["next_offset"])
        mine = holding[message["patient_key"]]
        if message["change"] == "published":
            twice += message["fact_id"] in mine
            mine.add(message["fact_id"])
        else:
            missing += message["fact_id"] not in mine
            mine.discard(message["fact_id"])
    if twice:
        yield f"transitions: {twice} facts were published while they already held"
    if missing:
        yield f"transitions: {missing} facts were withdrawn that did not hold"
    if back:
        yield f"transitions: {back} messages come after later ones"
    expected = {key: {fact.fact_id for fact in facts(state)} for key, state in known.states.items()}
    wrong = [key for key in expected.keys() | holding.keys() if expected.get(key, set()) != holding[key]]
    if wrong:
        yield f"transitions: other facts stand for {len(wrong)} of {len(expected)} patients"
    yield from _moments(messages, known)


def _moments(messages: Sequence[Any], known: Straight) -> Iterator[str]:
    """Whether, for a sample of patients, what stands after each batch is what the log gives up to there."""
    sample = set(sorted(known.states)[:SAMPLE])
    said: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for offset, event in known.events:
        if event.patient_key in sample:
            said[event.patient_key].append((offset, event))
    moments: dict[str, dict[int, set[str]]] = defaultdict(dict)
    for message in messages:
        key = message["patient_key"]
        if key in sample:
            before = list(moments[key].values())[-1:]
            now = moments[key].setdefault(message["next_offset"], set(*before))
            (now.add if message["change"] == "published" else now.discard)(message["fact_id"])
    wrong = 0
    for key, at in moments.items():
        for next_offset, standing in at.items():
            state = initial()
            for offset, event in said[key]:
                state = evolve(state, event) if offset < next_offset else state
            wrong += {fact.fact_id for fact in facts(state)} != standing
    if wrong:
        yield f"transitions: at {wrong} moments other facts stood than the log gives up to there"


def _quarantined(records: Sequence[Record], known: Straight) -> Iterator[str]:
    notes = list(once(records))
    found = {note["offset"]: note["reason"] for note in notes}
    if found != dict(known.poison) or len(found) != len(notes):
        yield f"quarantined: {len(notes)} notes on {len(known.poison)} records that are no events"
