"""The generator of histories sees every event type, stage, rule, action, fact and quality note.

Both ways: what is never seen has to be listed here with its reason, and what is listed must not be seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest
from courses import GROUPS
from histories import LAWS, histories
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from patients import fold

from contracts import events
from contracts.events import Event
from contracts.vocabulary import CONDITIONS, STAGES
from streams.progression.decisions import facts
from streams.progression.incremental import derived
from streams.progression.policy import ACTIONS, Policy, conditions, released_files

AT_LEAST, AT_MOST, EXAMPLES = 4, 30, 120
"""Rounds of so many histories under each released policy, until all of its rules were seen.

Which histories they are depends on the modules that are loaded, because Hypothesis tries their constants.
"""

Rule = tuple[str, int, str]
"""Policy, version, and a rule by its name."""

OF_EVERY_POLICY = ("signal_missing", "criteria_not_met", "consecutive_sessions", "sign_off", "pace_cap")
"""Rules that stand in no policy file, by which a good session holds all the same."""
AT_THE_TOP = "top_of_ladder"
NEVER_DECIDES: dict[Rule, str] = {}
"""Rules of released policies that no history fires, and why."""
NEVER_LACKS: dict[Rule, str] = {}
"""Criteria of released policies that no session fails, and why."""


@dataclass
class Seen:
    """What the generator's histories led to."""

    types: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    decided: set[Rule] = field(default_factory=set)
    lacked: set[Rule] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    stages: set[tuple[str, str]] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)

    def look(self, said: list[Event]) -> None:
        """Remember what this history shows."""
        state = fold(said)
        self.types |= {type(event).__name__ for event in said}
        for fact in facts(state):
            self.kinds.add(fact.kind)
            self.stages.add((fact.kind, fact.to_stage))
        for episode in derived(state).episodes.values():
            self.notes |= {note.code for note in episode.quality}
            for decision in (each for track in episode.tracks for each in track.course.decisions):
                policy = (decision.policy, decision.policy_version)
                self.actions.add(decision.action)
                self.decided.add((*policy, decision.rule))
                self.lacked |= {(*policy, each.code) for each in decision.missing}


@cache
def seen() -> Seen:
    """What is seen in the histories under all policies."""
    found = Seen()
    for policy in released_files():
        rules = st.sampled_from([(policy.general.policy, policy.general.version)] * 9 + [("gone", 1)])

        wanted = policy.general.policy, policy.general.version
        for number in range(AT_MOST):
            if number >= AT_LEAST and not _left(found, wanted):
                break
            _look(found, histories("anyone", rules), number)
    return found


def _left(found: Seen, policy: tuple[str, int]) -> set[Rule]:
    """The rules of this policy that were not seen to decide or to be lacked."""
    left = (rules_that_decide() - found.decided - NEVER_DECIDES.keys()) | (
        rules_that_lack() - found.lacked - NEVER_LACKS.keys()
    )
    return {rule for rule in left if rule[:2] == policy}


def _look(found: Seen, strategy: st.SearchStrategy[list[Event]], number: int) -> None:
    @seed(number)
    @settings(LAWS, max_examples=EXAMPLES, derandomize=False, phases=[Phase.generate])
    @given(strategy)
    def look(said: list[Event]) -> None:
        found.look(said)

    look()


def laid_out() -> Iterator[Policy]:
    """Every released policy as it stands for each condition and each muscle group that is made up."""
    for policy in released_files():
        for condition in CONDITIONS:
            for group in GROUPS:
                yield policy.rules_for(condition, group)


@cache
def rules_that_decide() -> set[Rule]:
    """Every rule that can give a decision."""
    found: set[Rule] = set()
    for policy in laid_out():
        names = [each.rule for each in (*policy.stop, *policy.regress, *policy.hold)]
        names += [policy.advance.rule, *OF_EVERY_POLICY, AT_THE_TOP]
        found |= {(policy.policy, policy.version, name) for name in names}
    return found


@cache
def rules_that_lack() -> set[Rule]:
    """Every rule that can stand between a track and its next stage after a session."""
    found: set[Rule] = set()
    for policy in laid_out():
        names = {each.rule for each in conditions(policy)}
        names |= {f"unknown_{name}" for name in policy.required.signals}
        names |= {"good_sessions", "sign_off", "pace_cap"}
        found |= {(policy.policy, policy.version, name) for name in names}
    return found


def test_every_type_of_event_is_seen() -> None:
    assert seen().types == set(events.EVENT_TYPES)


def test_every_action_and_every_kind_of_fact_is_seen() -> None:
    assert seen().actions == set(ACTIONS)
    assert seen().kinds == {"track_opened", "stage_entered", "stage_overridden", "stop_raised"}


@pytest.mark.parametrize("kind", ["track_opened", "stage_entered", "stage_overridden", "stop_raised"])
def test_every_stage_is_come_to_by_every_kind_of_fact(kind: str) -> None:
    assert {stage for of, stage in seen().stages if of == kind} == set(STAGES)


def test_every_rule_of_every_released_policy_decides_or_is_listed_with_a_reason() -> None:
    assert sorted(rules_that_decide() - seen().decided) == sorted(NEVER_DECIDES)


def test_every_criterion_of_every_released_policy_is_lacked_or_is_listed_with_a_reason() -> None:
    assert sorted(rules_that_lack() - seen().lacked) == sorted(NEVER_LACKS)


def test_no_rule_is_seen_that_no_policy_has() -> None:
    assert seen().decided <= rules_that_decide()
    assert seen().lacked <= rules_that_lack()


def test_every_quality_note_is_seen_and_no_other() -> None:
    assert seen().notes == {
        "no_program", "unknown_policy", "no_entry_stage", "sets_without_session", "symptoms_without_session",
        "after_closing", "correction_misfits", "device_change", "rater_change",
    }  # fmt: skip
