import dataclasses

import pytest

from streams.rows import Commit, EpisodeRow, Marker, Message, PatientRow, Position, UnpublishedPatient


def test_a_commit_may_change_nothing_but_the_offset() -> None:
    commit = Commit(3, 7)
    assert (commit.from_offset, commit.to_offset) == (3, 7)
    assert not commit.patients and not commit.episodes and not commit.messages and not commit.quarantined


def test_an_episode_that_is_taken_away_is_named_without_a_row() -> None:
    commit = Commit(3, 7, episodes={("ann", "knee"): None, ("ann", "hip"): EpisodeRow(b"v", b"d")})
    assert [name for name, row in commit.episodes.items() if row is None] == [("ann", "knee")]


def test_rows_are_values() -> None:
    assert PatientRow(b"a", {"knee": EpisodeRow(b"v", b"d")}) == PatientRow(
        b"a", {"knee": EpisodeRow(b"v", b"d")}
    )
    assert Message("t", b"k", None) != Message("t", b"k", b"")
    assert UnpublishedPatient("ann", b"a") == UnpublishedPatient("ann", b"a", has_episodes=True)


@pytest.mark.parametrize("value", [Position(7, 2), Marker(7, "topic-id", "rules-1", "owner")])
def test_how_far_something_goes_cannot_be_changed_afterwards(value: Position | Marker) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.next_offset = 9  # type: ignore[misc]
