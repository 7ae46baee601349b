"""States between their rows and the fold: which are held in memory, and which rows a batch changes."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from streams.progression.codec import decode, encode
from streams.progression.state import PatientState, initial
from streams.rows import EpisodeRow, PatientRow

HELD_BYTES: Final = 96 * 1024 * 1024
"""Memory for states that one worker holds, of all of its partitions together; those used last stay."""
BYTES_OF_STATE: Final = 6 * 1024
BYTES_OF_EVENT: Final = 2_100
"""What a state with all that follows from it takes: measured, 139 KB for 66 events."""


class Rows(Protocol):
    """Where the rows of patients are read from."""

    def load(self, patient_keys: Iterable[str]) -> dict[str, PatientRow]:
        """The rows of these patients; a patient who is not there is left out."""


class HeldStates:
    """States in memory, of several partitions, up to a number of bytes."""

    def __init__(self, limit: int = HELD_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._states: OrderedDict[tuple[object, str], tuple[PatientState, int]] = OrderedDict()

    def get(self, holder: object, key: str) -> PatientState | None:
        """The state that this holder put in, if it is still held."""
        found = self._states.get((holder, key))
        return None if found is None else found[0]

    def put(self, holder: object, key: str, state: PatientState) -> None:
        """Hold this state, and let go of those that were not used for longest."""
        size = weight_of(state)
        _, before = self._states.pop((holder, key), (None, 0))
        self._states[holder, key] = state, size
        self._bytes += size - before
        while self._bytes > self._limit and len(self._states) > 1:
            _, (_, gone) = self._states.popitem(last=False)
            self._bytes -= gone

    def drop(self, holder: object) -> None:
        """Let go of all that this holder put in."""
        for name in [name for name in self._states if name[0] is holder]:
            self._bytes -= self._states.pop(name)[1]


class StateCache:
    """The states of the patients used last; only what is not held is read from the store."""

    def __init__(self, store: Rows, held: HeldStates | None = None) -> None:
        self._store = store
        self._held = HeldStates() if held is None else held

    def load(self, keys: Iterable[str]) -> dict[str, PatientState]:
        """The committed states of these patients; a patient who is not known yet is left out."""
        found: dict[str, PatientState] = {}
        absent: list[str] = []
        for key in sorted(keys):
            state = self._held.get(self, key)
            if state is None:
                absent.append(key)
            else:
                found[key] = state
        return found | {key: state_of(row) for key, row in self._store.load(absent).items()}

    def keep(self, states: Mapping[str, PatientState]) -> None:
        """Hold these states, which are committed."""
        for key, state in states.items():
            self._held.put(self, key, state)

    def drop(self) -> None:
        """Let go of all states."""
        self._held.drop(self)


def weight_of(state: PatientState) -> int:
    """About how many bytes of memory a state takes with all that follows from it."""
    return BYTES_OF_STATE + BYTES_OF_EVENT * (len(state.said) + len(state.corrections))


def changed_rows(
    before: Mapping[str, PatientState], after: Mapping[str, PatientState]
) -> tuple[dict[str, bytes], dict[tuple[str, str], EpisodeRow | None]]:
    """The rows that differ: patients by key, episodes by key and id; None where an episode is taken away."""
    patients: dict[str, bytes] = {}
    episodes: dict[tuple[str, str], EpisodeRow | None] = {}
    for key, state in after.items():
        old = before.get(key)
        if old is state:
            continue
        old_row, old_episodes = encode(old) if old is not None else encode(initial())
        row, rows = encode(state)
        if old is None or row != old_row:
            patients[key] = row
        for name, parts in rows.items():
            if old_episodes.get(name) != parts:
                episodes[key, name] = EpisodeRow(*parts)
        episodes.update({(key, name): None for name in old_episodes.keys() - rows.keys()})
    return patients, episodes


@lru_cache(maxsize=64)
def _around(length: int) -> tuple[bytes, bytes]:
    key = "~" * length
    before, _, after = encode(PatientState(patient_key=key))[0].partition(key.encode())
    return before, after


def bare_row(patient_key: str) -> bytes:
    """The small row of a patient all of whose events belong to episodes: it holds nothing but the key."""
    key = patient_key.encode()
    before, after = _around(len(key))
    return before + key + after


def state_of(row: PatientRow) -> PatientState:
    """The state that a patient's rows hold; its stored form is remembered."""
    state = decode(row.state, {name: episode.detail for name, episode in row.episodes.items()})
    stored = {name: (episode.view, episode.detail) for name, episode in row.episodes.items()}
    state.memo["encoded"] = (row.state, stored)
    return state
