from collections.abc import Iterable
from dataclasses import dataclass, field

from patients import Patient, fold

from streams.progression.codec import encode
from streams.progression.state import PatientState, initial
from streams.rows import EpisodeRow, PatientRow
from streams.states import StateCache, changed_rows, state_of


@dataclass
class FakeStore:
    """Rows in memory, and who was asked for."""

    rows: dict[str, PatientRow] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def load(self, patient_keys: Iterable[str]) -> dict[str, PatientRow]:
        keys = list(patient_keys)
        self.asked += keys
        return {key: self.rows[key] for key in keys if key in self.rows}


def someone(name: str = "ann", sessions: int = 2) -> PatientState:
    patient = Patient(name)
    patient.opened()
    patient.program("S0")
    for number in range(sessions):
        patient.session(3 + 7 * number)
    return fold(patient.events())


def rows_of(state: PatientState) -> PatientRow:
    row, episodes = encode(state)
    return PatientRow(row, {name: EpisodeRow(*parts) for name, parts in episodes.items()})


def test_a_patient_whom_nobody_knows_is_left_out() -> None:
    assert StateCache(FakeStore()).load(["ann"]) == {}


def test_a_state_comes_back_from_its_rows() -> None:
    state = someone()
    store = FakeStore({state.patient_key: rows_of(state)})
    assert StateCache(store).load([state.patient_key]) == {state.patient_key: state}


def test_a_state_that_is_held_is_not_read_again() -> None:
    state, store = someone(), FakeStore()
    cache = StateCache(store)
    cache.keep({state.patient_key: state})
    assert cache.load([state.patient_key, "bob"])[state.patient_key] is state
    assert store.asked == ["bob"]


def test_the_states_that_were_not_used_for_longest_are_let_go() -> None:
    store = FakeStore()
    cache = StateCache(store, held=2)
    for name in ("ann", "bob", "ann", "cyd"):
        cache.keep({name: initial()})
    cache.load(["ann", "bob", "cyd"])
    assert store.asked == ["bob"]


def test_a_new_patient_changes_the_small_row_and_the_episode() -> None:
    state = someone()
    patients, episodes = changed_rows({}, {state.patient_key: state})
    row = rows_of(state)
    assert patients == {state.patient_key: row.state}
    assert episodes == {(state.patient_key, name): each for name, each in row.episodes.items()}


def test_only_what_changed_is_written() -> None:
    before, after = someone(sessions=2), someone(sessions=3)
    patients, episodes = changed_rows({before.patient_key: before}, {after.patient_key: after})
    assert patients == {}
    assert len(episodes) == 1
    assert changed_rows({before.patient_key: before}, {before.patient_key: someone(sessions=2)}) == ({}, {})


def test_a_second_episode_leaves_the_first_ones_row_alone() -> None:
    patient = Patient("ann")
    patient.opened()
    before = fold(patient.events())
    patient.opened(40, episode_id="second")
    after = fold(patient.events())
    _, episodes = changed_rows({patient.key: before}, {patient.key: after})
    assert list(episodes) == [(patient.key, "second")]


def test_an_erased_patient_keeps_a_tombstone_and_no_episode() -> None:
    patient = Patient("ann")
    patient.opened()
    patient.session(3)
    before = fold(patient.events())
    patient.erased(9)
    after = fold(patient.events())
    patients, episodes = changed_rows({patient.key: before}, {patient.key: after})
    assert list(patients) == [patient.key]
    assert episodes == {(patient.key, patient.episode_id): None}


def test_a_state_read_from_rows_remembers_its_stored_form() -> None:
    state = someone()
    again = state_of(rows_of(state))
    assert changed_rows({state.patient_key: again}, {state.patient_key: state}) == ({}, {})
