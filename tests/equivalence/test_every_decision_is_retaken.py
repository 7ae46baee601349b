"""Every decision of the demo follows again from its evidence alone, with the policy version that it cites."""

from functools import cache

import clinical_laws as laws
import pytest
from demo_patients import demo, events_of, small_states
from named_patients import CASES
from patients import Case, fold

from streams.progression.derive import derived_under
from streams.progression.incremental import derived
from streams.progression.policy import PolicyFile, released_files


@cache
def decisions_of_the_demo() -> tuple[int, int]:
    """How many decisions were taken again, and of how many patients."""
    count, patients = 0, events_of(demo())
    for said in patients.values():
        count += laws.the_evidence_alone_gives_the_decision(derived(fold(said)))
    return count, len(patients)


def test_every_decision_of_the_demo_follows_from_its_evidence() -> None:
    count, patients = decisions_of_the_demo()
    assert patients > 2_000
    assert count > 20_000


@pytest.mark.parametrize("file", released_files(), ids=lambda each: each.place.removesuffix(".yaml"))
def test_every_decision_of_the_small_demo_would_under_any_released_policy(file: PolicyFile) -> None:
    count = 0
    for state in small_states():
        known = derived_under(state, lambda _, condition, track: file.rules_for(condition, track[0]))
        count += laws.the_evidence_alone_gives_the_decision(known)
    assert count > 1_000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_decision_of_a_named_patient_follows_from_its_evidence(case: Case) -> None:
    assert laws.the_evidence_alone_gives_the_decision(derived(fold(case.patient.events())))


def test_evidence_of_the_demo_stays_small() -> None:
    sizes = [
        len(decision.evidence)
        for state in small_states()
        for episode in derived(state).episodes.values()
        for track in episode.tracks
        for decision in track.course.decisions
    ]
    assert max(sizes) <= 40
    assert sum(sizes) / len(sizes) <= 12
