from typing import get_args

from contracts.vocabulary import Soreness
from streams.progression.policy_schema import SIGNALS
from streams.progression.signal_facts import EFFUSION_COURSE, SIGNAL_FACTS, SORENESS, EffusionCourse


def test_every_signal_is_known_with_what_it_may_be() -> None:
    assert set(SIGNAL_FACTS) == set(SIGNALS)
    for fact in SIGNAL_FACTS.values():
        assert fact.text
        assert fact.words or fact.worse == "true" or fact.low < fact.high


def test_words_run_from_best_to_worst_and_are_complete() -> None:
    assert set(SORENESS) == set(get_args(Soreness))
    assert set(EFFUSION_COURSE) == set(get_args(EffusionCourse))
    assert (SORENESS[0], EFFUSION_COURSE[0]) == ("none", "clear")
    assert all(fact.worse == "later" for fact in SIGNAL_FACTS.values() if fact.words)
