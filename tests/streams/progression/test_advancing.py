from datetime import UTC, datetime

from streams.progression.advancing import Past, weighed
from streams.progression.evaluate import Verdict
from streams.progression.policy import find

NOW = datetime(2026, 2, 1, tzinfo=UTC)
GOOD = Verdict("advance", "good_sessions", "all criteria for advancing were met")


def test_a_verdict_that_is_not_good_stays_as_it_is() -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    hold = Verdict("hold", "quality_low", "less than 80 % of the movements were done well")
    assert weighed(hold, Past("S1", 0, (), False), policy, NOW) is hold


def test_two_good_sessions_advance_and_one_does_not() -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    assert weighed(GOOD, Past("S1", 1, (), False), policy, NOW).rule == "consecutive_sessions"
    assert weighed(GOOD, Past("S1", 2, (), False), policy, NOW).action == "advance"


def test_the_pace_of_a_week_is_capped() -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    assert weighed(GOOD, Past("S1", 2, (NOW, NOW), False), policy, NOW).rule == "pace_cap"
