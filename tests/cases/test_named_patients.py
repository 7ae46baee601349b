"""Each named patient ends where the story says; the cases are not yet reviewed by a clinician."""

import random
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from named_patients import CASES
from patients import START, Case, fold

from streams.progression.decisions import facts
from streams.progression.explain import explain
from streams.progression.incremental import derived


def stages(case: Case, events: list[Any]) -> str:
    """``S0 0, S1 10``: each stage that was entered, and the day."""
    steps = [(fact.to_stage, (fact.occurred_at - START).days) for fact in facts(fold(events))]
    moves = [steps[0], *(new for old, new in pairwise(steps) if new[0] != old[0])]
    return ", ".join(f"{stage} {day}" for stage, day in moves)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_stages_are_those_of_the_story(case: Case) -> None:
    assert stages(case, case.patient.events()) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_story_is_the_same_in_whatever_order_it_is_told(case: Case) -> None:
    events = case.patient.events()
    random.Random(case.name).shuffle(events)
    assert stages(case, events) == case.expected


@pytest.mark.parametrize("case", [case for case in CASES if case.rules], ids=lambda case: case.name)
def test_the_rules_that_decided_are_those_of_the_story(case: Case) -> None:
    (episode,) = derived(fold(case.patient.events())).episodes.values()
    assert [each.rule for each in episode.tracks[0].course.decisions] == case.rules.split()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_explanation_names_the_last_stage(case: Case) -> None:
    last = case.expected.split(", ")[-1].split()[0]
    lines = explain(fold(case.patient.events()), datetime(2026, 3, 1, tzinfo=START.tzinfo))
    group = case.patient.group.replace("_", " ")
    assert any(f"{group}, " in line and f": {last}" in line for line in lines)
