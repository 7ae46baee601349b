import time

from streams.figures import Figures, Histogram, Rate, Unread


def test_a_histogram_counts_what_is_at_most_each_bound() -> None:
    sizes = Histogram((1.0, 10.0))
    for value in (0, 1, 2, 10, 11):
        sizes.observe(value)
    assert sizes.cumulated() == ((1.0, 2), (10.0, 4), (float("inf"), 5))
    assert (sizes.count, sizes.sum) == (5, 24.0)


def test_a_rate_is_that_of_the_last_minute() -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert rate.per_second == 0.0
    for second, total in ((0, 0), (10, 1_000), (70, 1_600)):
        now[0] = float(second)
        rate.note(total)
    assert rate.per_second == 10.0, "the first ten seconds are forgotten"


def test_a_count_that_was_begun_anew_begins_the_rate_anew() -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    for second, total in ((0, 500), (5, 0), (10, 50)):
        now[0] = float(second)
        rate.note(total)
    assert rate.per_second == 10.0


def test_the_lag_in_seconds_is_the_age_of_the_first_unread_record() -> None:
    figures = Figures()
    assert figures.lag_seconds(3, 7) == 0.0
    figures.saw_unread(3, Unread(end=9, since_ms=int((time.time() - 90) * 1000)))
    assert 89.0 < figures.lag_seconds(3, 7) < 100.0
    assert figures.lag_seconds(3, 9) == 0.0, "all of it was read meanwhile"
    figures.saw_unread(3, Unread(end=10, since_ms=None))
    assert figures.lag_seconds(3, 9) == 0.0, "only a marker follows"


def test_each_partition_has_figures_of_its_own() -> None:
    figures = Figures()
    figures.of(1).batch_sizes.observe(5)
    assert figures.of(1) is figures.of(1)
    assert figures.of(2).batch_sizes.count == 0
