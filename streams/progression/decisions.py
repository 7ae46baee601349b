"""What holds of a patient's tracks: facts, each with its rule, its evidence and what is missing."""

from streams.progression.fact import Fact, FactChange
from streams.progression.incremental import derived
from streams.progression.state import PatientState

__all__ = ["Fact", "FactChange", "facts"]


def facts(state: PatientState) -> tuple[Fact, ...]:
    """The standing facts of a patient, by time and id."""
    found = [fact for episode in derived(state).episodes.values() for fact in episode.facts]
    return tuple(sorted(found, key=lambda fact: (fact.occurred_at, fact.fact_id)))
