from functools import reduce
from pathlib import Path

import msgspec
import pytest

from contracts import events
from infra.benchmarks.clinics import Said, clinics
from infra.benchmarks.crowd import crowd, visit
from infra.benchmarks.one_value import state_of
from streams.progression.codec import encode
from streams.progression.fold import evolve
from streams.progression.incremental import derived


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    folder: Path = tmp_path_factory.mktemp("clinics")
    return clinics(folder, small=True)[:3_000]


def test_every_member_is_somebody_else_with_a_state_of_real_size(said: list[Said]) -> None:
    members = list(crowd(said, 300))
    assert len({member.key for member in members}) == len({member.episode for member in members}) == 300
    assert len({each.key for each in said}) < 300
    assert sum(len(member.value) for member in members) / 300 > 2_000


def test_a_copy_is_a_whole_state_of_its_own(said: list[Said]) -> None:
    first, *_, last = crowd(said, 300)
    state = state_of(last.value)
    row, episodes = encode(state)
    assert last.key != first.key
    assert state.patient_key == last.key
    assert row == last.row
    assert episodes == {last.episode: (last.view, last.detail)}


def test_a_visit_is_of_the_members_episode_and_comes_after_all_else(said: list[Said]) -> None:
    member = next(crowd(said, 1))
    state = state_of(member.value)
    visited = [events.decode(each.value) for number in range(2) for each in visit(member, number)]
    after = derived(reduce(evolve, visited, state))
    sessions = [known.episodes[member.episode].sessions.all for known in (derived(state), after)]
    assert len(sessions[1]) == len(sessions[0]) + 2
    assert len(after.unattributed) == len(derived(state).unattributed)
    assert min(event.occurred_at for event in visited) > max(e.occurred_at for e in state.said.values())
    assert len({event.event_id for event in visited}) == len(visited)


def test_the_value_is_row_view_and_detail(said: list[Said]) -> None:
    member = next(crowd(said, 1))
    expected = [member.row, [[member.episode, member.view, member.detail]]]
    assert msgspec.msgpack.decode(member.value) == expected
