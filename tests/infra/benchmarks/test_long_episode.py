from collections import Counter

from contracts.events import ExerciseSetRecorded, SessionRecorded
from infra.benchmarks.folding import step
from infra.benchmarks.long_episode import EPISODE, SESSIONS, SETS, long_episode
from streams.progression.incremental import derived
from streams.progression.state import initial


def test_it_is_as_long_as_it_says_and_in_order() -> None:
    said = long_episode()
    counted = Counter(type(event) for event in said)
    assert counted[SessionRecorded] == SESSIONS
    assert counted[ExerciseSetRecorded] == SETS
    assert [each.occurred_at for each in said] == sorted(each.occurred_at for each in said)
    assert len({each.event_id for each in said}) == len(said)


def test_it_makes_one_episode_whose_three_tracks_climb_and_whose_measures_are_known() -> None:
    state = initial()
    for event in long_episode():
        state = step(state, event)
    known = derived(state)
    (episode,) = known.episodes.values()
    assert known.unattributed == ()
    assert episode.gathered.opened.episode_id == EPISODE
    assert len(episode.tracks) == 3
    assert all(track.course.stage > "S1" for track in episode.tracks)
    assert all(len(track.course.decisions) > SESSIONS // 2 for track in episode.tracks)
    assert len(episode.outcomes) == 4
