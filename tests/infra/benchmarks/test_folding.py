"""How long it takes is not for a test to say; that all three ways come to the same state is."""

from functools import reduce

from infra.benchmarks import folding
from infra.benchmarks.folding import fold_times, late_ones, step
from infra.benchmarks.long_episode import long_episode
from streams.progression.codec import decode, encode
from streams.progression.fold import evolve
from streams.progression.state import initial


def test_in_order_late_and_anew_end_in_the_same_bytes() -> None:
    said = long_episode()
    in_order = reduce(step, said, initial())
    late, rest = late_ones(said, 15)
    afterwards = reduce(step, late, reduce(step, rest, initial()))
    row, episodes = encode(in_order)
    anew = decode(row, {name: detail for name, (_, detail) in episodes.items()})
    assert encode(in_order) == encode(afterwards) == encode(anew)


def test_a_late_event_is_a_month_older_than_the_last() -> None:
    late, rest = late_ones(long_episode(), 10)
    assert len(late) == 10
    assert all(rest[-1].occurred_at - event.occurred_at >= folding.LATE for event in late)
    assert not {event.event_id for event in late} & {event.event_id for event in rest}


def test_every_time_is_measured() -> None:
    times = fold_times(3, rounds=1)
    assert times.in_order > 0
    assert times.late > 0
    assert times.refold > 0
    assert times.detail_bytes == sum(
        len(detail) for _, detail in encode(reduce(evolve, long_episode(), initial()))[1].values()
    )
