"""States that any released version wrote are read by this one, and mean what they meant then."""

from pathlib import Path

import pytest
from golden_states import FOLDER, Golden, meaning, path_of, read, write
from patients import fold

from streams.progression import codec
from streams.progression.codec import decode, encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.state import STATE_VERSION

FILES = sorted(FOLDER.glob("state-v*.json"))
GOLDEN = [golden for path in FILES for golden in read(path)]
each_golden = pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: f"v{one.version}-{one.name}")


def test_every_version_has_its_golden_states_also_the_present_one() -> None:
    versions = [path_of(version).name for version in range(1, STATE_VERSION + 1)]
    assert [path.name for path in FILES] == sorted(versions), (
        f"Version {STATE_VERSION} has no golden states yet: make them as golden_states.py says."
    )


def test_the_golden_states_hold_what_waits_what_was_taken_back_and_who_was_erased() -> None:
    for path in FILES:
        states = [decode(each.row, each.details) for each in read(path)]
        assert {state.erased for state in states} == {True, False}
        assert all(any(getattr(s, part) for s in states) for part in ("corrections", "retracted", "merges"))
        assert any(len(each.details) > 1 for each in read(path))


@each_golden
def test_a_stored_state_of_any_version_is_the_state_that_its_events_give_today(golden: Golden) -> None:
    state, today = decode(golden.row, golden.details), fold(golden.said)
    assert meaning(state) == golden.means
    assert state == today
    assert encode_patient(state) == encode_patient(today)
    assert facts(state) == facts(today)


@each_golden
def test_an_upgraded_state_goes_on_like_one_that_was_never_stored(golden: Golden) -> None:
    state = decode(golden.row, golden.details)
    again = [event for event in golden.said if event.event_id in state.said][:1]
    assert encode_patient(fold([*again, *golden.said], state)) == encode_patient(fold(golden.said))


@pytest.mark.parametrize(
    "golden", [one for one in GOLDEN if one.version == STATE_VERSION], ids=lambda one: one.name
)
def test_the_present_version_writes_the_very_bytes_of_its_golden_states(golden: Golden) -> None:
    row, episodes = encode(fold(golden.said))
    assert row == golden.row
    assert {name: detail for name, (_, detail) in episodes.items()} == golden.details


def test_there_is_one_upgrade_for_each_older_version() -> None:
    assert sorted(codec._UPGRADES) == list(range(1, STATE_VERSION))


def test_golden_states_are_made_once_and_only_of_the_present_version(tmp_path: Path) -> None:
    older = path_of(STATE_VERSION - 1, tmp_path)
    older.write_text("of a version whose code is gone")
    made = write(tmp_path)
    assert [one.version for one in read(made)] == [STATE_VERSION] * len(read(made))
    before = made.read_bytes()
    with pytest.raises(FileExistsError, match="stays as it is"):
        write(tmp_path)
    assert write(tmp_path, again=True).read_bytes() == before
    assert older.read_text() == "of a version whose code is gone"
