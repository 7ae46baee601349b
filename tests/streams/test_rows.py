import pytest

from streams.rows import EpisodeRow, Message, Pending, Unpublished


@pytest.mark.parametrize(
    ("messages", "episodes", "waits"),
    [
        ((), (), False),
        ((Message("t", None, b"x"),), (), True),
        ((), (Unpublished("ann", "knee", EpisodeRow(b"v", b"d")),), True),
        ((), (Unpublished("ann", "knee", None),), True),
    ],
)
def test_something_waits_when_there_is_a_message_or_an_episode(
    messages: tuple[Message, ...], episodes: tuple[Unpublished, ...], waits: bool
) -> None:
    assert bool(Pending(7, messages, 0, episodes)) is waits
