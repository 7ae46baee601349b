import gc
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass, field

from patients import Patient, fold

from streams.progression.codec import encode
from streams.progression.state import PatientState, initial
from streams.rows import EpisodeRow, PatientRow
from streams.states import HeldStates, StateCache, bare_row, changed_rows, state_of, weight_of


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
    cache = StateCache(store, HeldStates(2 * weight_of(initial())))
    for name in ("ann", "bob", "ann", "cyd"):
        cache.keep({name: initial()})
    cache.load(["ann", "bob", "cyd"])
    assert store.asked == ["bob"]


def test_partitions_share_the_memory_and_not_the_states() -> None:
    held = HeldStates(2 * weight_of(initial()))
    first, second = StateCache(FakeStore(), held), StateCache(FakeStore(), held)
    for cache, name in ((first, "ann"), (second, "ann"), (second, "bob")):
        cache.keep({name: initial()})
    assert first.load(["ann"]) == {}, "the other partition's states took its place"
    assert sorted(second.load(["ann", "bob"])) == ["ann", "bob"]


def test_a_partition_that_is_given_up_leaves_no_state_behind() -> None:
    held = HeldStates(2 * weight_of(initial()))
    first, second = StateCache(FakeStore(), held), StateCache(FakeStore(), held)
    first.keep({"ann": initial()})
    first.drop()
    for name in ("ann", "bob"):
        second.keep({name: initial()})
    assert first.load(["ann"]) == {}
    assert sorted(second.load(["ann", "bob"])) == ["ann", "bob"]


def test_a_long_history_weighs_more() -> None:
    assert weight_of(someone(sessions=8)) > weight_of(someone(sessions=2)) > weight_of(initial())


def test_a_state_is_weighed_about_as_it_is() -> None:
    def folded() -> list[PatientState]:
        states = [someone(f"p{number}", sessions=12) for number in range(20)]
        for each in states:
            encode(each)
        return states

    folded()  # what is worked out once and shared is not theirs
    gc.collect()
    tracemalloc.start()
    states = folded()
    gc.collect()
    found, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    weighed = sum(map(weight_of, states))
    assert 0.5 * found < weighed < 2 * found, f"{found} bytes are weighed as {weighed}"


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


def test_the_row_of_a_patient_all_of_whose_events_belong_to_episodes_holds_nothing_but_the_key() -> None:
    patient = Patient("ann")
    patient.opened()
    patient.session(3)
    assert encode(fold(patient.events()))[0] == bare_row(patient.key)
    for key in ("a", "ann", "ä" * 20, "f" * 32, "k" * 300):
        assert encode(PatientState(patient_key=key))[0] == bare_row(key)
    patient.retracted(patient.events()[1], 9)
    assert encode(fold(patient.events()))[0] != bare_row(patient.key)
