"""History replayed under another policy, for ``myomap policy try``: only read from, nothing is changed."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from contracts.settings import Home, Settings
from contracts.vocabulary import CONDITIONS, Condition
from infra.progress import counting
from infra.refusal import Refusal

if TYPE_CHECKING:
    from streams.progression.course import PolicyOf
    from streams.progression.policy import PolicyFile
    from streams.progression.state import PatientState
    from streams.progression.what_if import Differences, Week

From = Literal["stores", "lake"]
ALL: Final = "all"
OWN: Final = "the policy of each program"
LABEL: Final = "Replaying history under both policies"
FOLDER: Final = "what-if"
"""Where pictures are written in the home."""


@dataclass(frozen=True)
class Tried:
    """What was compared with what, over whom, and what would differ."""

    tried: str
    against: str
    status: str
    read_from: From
    conditions: tuple[str, ...]
    differences: "Differences"
    weeks: "tuple[Week, ...]"


def try_policy(
    settings: Settings,
    policy: str,
    against: str | None = None,
    read_from: From = "stores",
    conditions: tuple[str, ...] = (),
    quiet: bool = True,
) -> Tried:
    """Replay everybody under ``policy`` and under ``against`` (None: the policy of each program).

    A policy is a released name, ``name@version``, or a file. conditions: of the episodes to look at;
    none means those that the policy is meant for, ``all`` means every one.
    """
    from streams.progression.what_if import compared_tracks, summed, weeks

    tried = policy_named(policy)
    current = None if against is None else policy_named(against)
    chosen = conditions_of(conditions, tried)
    ours, theirs, only = _rules(current), _rules(tried), frozenset(chosen)
    compared = []
    with _reading(settings, read_from) as (count, states), counting(LABEL, quiet) as advance:
        for done, state in enumerate(states, 1):
            compared += compared_tracks(state, ours, theirs, only)
            advance(done, count)
    differences = summed(compared)
    return Tried(
        tried=_label(tried, policy),
        against=OWN if current is None else _label(current, str(against)),
        status=tried.general.status,
        read_from=read_from,
        conditions=chosen,
        differences=differences,
        weeks=weeks(differences),
    )


def policy_named(text: str) -> "PolicyFile":
    """The policy of a file, a name, or ``name@version``, once its check has passed; refuses any other."""
    from infra.policy_checking import policy_file

    return policy_file(asked_for(text))


def asked_for(text: str) -> str | Path:
    """What was typed for a policy, as its check takes it: a file that is there, else a name."""
    named = re.fullmatch(r"(\w+)@v?(\d+)", text)
    if named is not None:
        return f"{named[1]}/v{named[2]}"
    return Path(text) if Path(text).is_file() else text


def write_picture(tried: Tried, home: Home, path: Path | None) -> Path:
    """Write the picture; without a path into the home, named after what was tried."""
    from infra.what_if_picture import picture

    name = re.sub(r"\W+", "-", tried.tried).strip("-")
    path = path or home.root / FOLDER / f"{name}.svg"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(picture(tried), encoding="utf-8")
    except OSError as problem:
        raise Refusal(
            f"The picture {path} cannot be written ({problem.strerror}). Name another file with --picture."
        ) from problem
    return path


def conditions_of(given: tuple[str, ...], tried: "PolicyFile") -> tuple[Condition, ...]:
    """The conditions to keep to; empty for every one."""
    strange = [each for each in given if each not in (*CONDITIONS, ALL)]
    if strange:
        raise Refusal(f"There is no condition {strange[0]}. Name one of: {', '.join((*CONDITIONS, ALL))}.")
    if ALL in given:
        return ()
    return tuple(each for each in CONDITIONS if each in (given or tried.general.meant_for))


def _rules(policy: "PolicyFile | None") -> "PolicyOf":
    from streams.progression.derive import released

    if policy is None:
        return released
    return lambda _program, condition, track: policy.rules_for(condition, track[0])


def _label(policy: "PolicyFile", asked: str) -> str:
    name = f"{policy.general.policy} version {policy.general.version}"
    return f"{name} (draft {Path(asked).name})" if Path(asked).is_file() else name


@contextlib.contextmanager
def _reading(settings: Settings, read_from: From) -> "Iterator[tuple[int, Iterator[PatientState]]]":
    """How many people there are, and their states by key."""
    with (_of_lake if read_from == "lake" else _of_stores)(settings.home) as found:
        yield found


@contextlib.contextmanager
def _of_stores(home: Home) -> "Iterator[tuple[int, Iterator[PatientState]]]":
    from streams.lookup import stores

    with contextlib.ExitStack() as stack:
        open_stores = [stack.enter_context(_opened(path)) for path in stores(home)]
        keys = sorted((key, place) for place, store in enumerate(open_stores) for key in _keys(store))
        if not keys:
            raise Refusal(
                f"The stores of {home.streams} hold no patient yet. Start the stream worker with "
                "'myomap up', or read the archive with --from lake."
            )
        yield len(keys), (_state(open_stores[place], key) for key, place in keys)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A store at one moment, read-only: neither the worker nor we wait for the other."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("BEGIN")
        yield connection


def _keys(store: sqlite3.Connection) -> list[str]:
    try:
        return [key for (key,) in store.execute("SELECT patient_key FROM patients")]
    except sqlite3.DatabaseError as problem:
        raise Refusal(
            f"A state store cannot be read ({problem}). 'myomap doctor' looks at them; the archive can be "
            "read instead with --from lake."
        ) from problem


def _state(store: sqlite3.Connection, key: str) -> "PatientState":
    from streams.progression.codec import StateTooNew
    from streams.states import state_of
    from streams.store import read_patient

    row = read_patient(store, key)
    if row is None:  # a store is read at one moment, so a key that it listed is there
        raise LookupError(f"a store listed {key} and does not hold it")
    try:
        return state_of(row)
    except StateTooNew as newer:
        raise Refusal(str(newer)) from newer


@contextlib.contextmanager
def _of_lake(home: Home) -> "Iterator[tuple[int, Iterator[PatientState]]]":
    from warehouse.lake import open_lake
    from warehouse.replay import opened, people

    with opened(open_lake(home)) as connection:
        found = connection.execute("SELECT count(DISTINCT patient_key) FROM landed_events").fetchone()
        if not found or not found[0]:
            raise Refusal(
                f"The lake {home.lake} holds no event yet. Land what Kafka holds with 'myomap refresh'."
            )
        yield found[0], (_folded(person) for person in people(connection))


def _folded(person: Any) -> "PatientState":
    from warehouse.replay import states_at

    end = max(each.offset for each in person.said) + 1
    return next(states_at(person, [end]))[1]
