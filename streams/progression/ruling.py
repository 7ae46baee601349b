"""A track's standing facts and decisions, each with its rule in words, what was known, and what it cites."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from streams.progression.cited import Cited, cited
from streams.progression.course import Course, Decision
from streams.progression.derive import Episode
from streams.progression.evaluate import Missing
from streams.progression.fact import Fact
from streams.progression.policy import Policy, conditions


@dataclass(frozen=True)
class Ruling:
    """A decision: the rule that fired with its reason and source, what was known, what it stands on.

    window_from: start of the first session of the evidence.
    """

    decided_at: datetime
    action: str
    rule: str
    says: str
    basis: str
    advice: str
    policy: str
    policy_version: int
    from_stage: str
    to_stage: str
    inputs: Mapping[str, Any]
    evidence: tuple[Cited, ...]
    window_from: datetime
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Step:
    """A standing fact of a track: how it came to a stage, or was stopped; ``ruling`` where a rule did it."""

    fact_id: str
    kind: str
    occurred_at: datetime
    from_stage: str | None
    to_stage: str
    rule: str
    policy: str
    policy_version: int
    reason_code: str | None
    evidence: tuple[Cited, ...]
    missing: tuple[Missing, ...]
    ruling: Ruling | None


@dataclass(frozen=True)
class Passed:
    """A step of the way in short; ``because`` of an account at its time has the whole of it."""

    fact_id: str
    kind: str
    occurred_at: datetime
    from_stage: str | None
    to_stage: str
    rule: str
    policy: str
    policy_version: int
    reason_code: str | None


@dataclass(frozen=True)
class Tally:
    """How often a rule left the track in its stage, and when last."""

    action: str
    rule: str
    says: str
    count: int
    last_at: datetime


def passed(fact: Fact) -> Passed:
    """A standing fact in short."""
    return Passed(
        fact.fact_id, fact.kind, fact.occurred_at, fact.from_stage, fact.to_stage, fact.rule, fact.policy,
        fact.policy_version, fact.reason_code,
    )  # fmt: skip


class Told:
    """A track's facts and decisions with what they cite."""

    def __init__(self, course: Course, episode: Episode) -> None:
        self._course = course
        self._events = {event.event_id: event for event in episode.gathered.events}

    def step(self, fact: Fact) -> Step:
        """A standing fact with the decision behind it."""
        by_rule = fact.kind in ("stage_entered", "stop_raised")
        decision = self._decision_of(fact) if by_rule else None
        return Step(
            fact_id=fact.fact_id,
            kind=fact.kind,
            occurred_at=fact.occurred_at,
            from_stage=fact.from_stage,
            to_stage=fact.to_stage,
            rule=fact.rule,
            policy=fact.policy,
            policy_version=fact.policy_version,
            reason_code=fact.reason_code,
            evidence=cited(fact.evidence, self._events),
            missing=fact.missing,
            ruling=self.ruling(decision) if decision else None,
        )

    def ruling(self, decision: Decision) -> Ruling:
        """A decision with its rule in words, what was known, and its evidence."""
        return Ruling(
            decided_at=decision.decided_at,
            action=decision.action,
            rule=decision.rule,
            says=decision.says,
            basis=_basis(decision),
            advice=decision.advice,
            policy=decision.policy,
            policy_version=decision.policy_version,
            from_stage=decision.from_stage,
            to_stage=decision.to_stage,
            inputs=_inputs(decision),
            evidence=cited(decision.evidence, self._events),
            window_from=decision.stands_on.window_from,
            missing=decision.missing,
        )

    def tallies(self) -> tuple[Tally, ...]:
        """What kept the track in its present stage, by rule, the most frequent first."""
        found: dict[tuple[str, str, str], list[datetime]] = {}
        for each in self._course.decisions:
            if each.decided_at >= self._course.since and each.to_stage == each.from_stage:
                found.setdefault((each.action, each.rule, each.says), []).append(each.decided_at)
        tallies = [Tally(*names, len(times), max(times)) for names, times in found.items()]
        return tuple(sorted(tallies, key=lambda each: (-each.count, each.action, each.rule, each.says)))

    def missing(self, said: tuple[Missing, ...], policy: Policy | None) -> tuple[Missing, ...]:
        """What is missing, without the rules that say of a signal what a criterion says of it too."""
        if policy is None:
            return said
        criteria = {rule.rule: rule.signal for rule in policy.advance.all_of}
        asked = {criteria[each.code] for each in said if each.code in criteria}
        doubled = {rule.rule for rule in policy.hold if rule.signal in asked}
        return tuple(each for each in said if each.code not in doubled)

    def _decision_of(self, fact: Fact) -> Decision | None:
        same = (fact.occurred_at, fact.rule, fact.from_stage, fact.to_stage)
        return next((each for each in self._course.decisions if _named(each) == same), None)


def _named(decision: Decision) -> tuple[datetime, str, str, str]:
    return (decision.decided_at, decision.rule, decision.from_stage, decision.to_stage)


def _basis(decision: Decision) -> str:
    """Where the rule of a decision was taken from; empty where the rule is no policy's, such as the top."""
    policy = decision.fired_by.policy
    found = {condition.rule: condition.basis for condition in conditions(policy)}
    found.setdefault(policy.advance.rule, policy.advance.basis)
    return found.get(decision.rule, "")


def _inputs(decision: Decision) -> dict[str, Any]:
    """The signals that were known."""
    signals = decision.signals
    found = {each.name: getattr(signals, each.name) for each in fields(signals)}
    return {name: value for name, value in found.items() if value is not None}
