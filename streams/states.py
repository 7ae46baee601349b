"""States between their rows and the fold: which are held in memory, and which rows a batch changes."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from streams.progression.codec import decode, encode
from streams.progression.state import PatientState, initial
from streams.rows import EpisodeRow, PatientRow

HELD: Final = 1_000
"""States that are held in memory per partition; those used last stay."""


class Rows(Protocol):
    """Where the rows of patients are read from."""

    def load(self, patient_keys: Iterable[str]) -> dict[str, PatientRow]:
        """The rows of these patients; a patient who is not there is left out."""


class StateCache:
    """The states of the patients used last; only what is not held is read from the store."""

    def __init__(self, store: Rows, held: int = HELD) -> None:
        self._store = store
        self._limit = held
        self._states: OrderedDict[str, PatientState] = OrderedDict()

    def load(self, keys: Iterable[str]) -> dict[str, PatientState]:
        """The committed states of these patients; a patient who is not known yet is left out."""
        wanted = sorted(keys)
        found = {key: self._states[key] for key in wanted if key in self._states}
        rows = self._store.load([key for key in wanted if key not in found])
        return found | {key: state_of(row) for key, row in rows.items()}

    def keep(self, states: Mapping[str, PatientState]) -> None:
        """Hold these states, which are committed, and let go of those that were not used for longest."""
        for key, state in states.items():
            self._states[key] = state
            self._states.move_to_end(key)
        while len(self._states) > self._limit:
            self._states.popitem(last=False)


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


def state_of(row: PatientRow) -> PatientState:
    """The state that a patient's rows hold; its stored form is remembered."""
    state = decode(row.state, {name: episode.detail for name, episode in row.episodes.items()})
    stored = {name: (episode.view, episode.detail) for name, episode in row.episodes.items()}
    state.memo["encoded"] = (row.state, stored)
    return state
