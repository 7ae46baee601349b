"""Takes a decision again from its evidence alone: the events that it names, and where the track stood."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.events import (
    ExerciseSetRecorded,
    ProgramAssigned,
    SessionRecorded,
    StageOverridden,
    SymptomReported,
)
from contracts.vocabulary import Stage
from streams.progression.advancing import Past, weighed
from streams.progression.attribution import order
from streams.progression.evaluate import Missing, Verdict, evaluate
from streams.progression.evidence import Evidence
from streams.progression.ladder import Track, moved, tracks_of
from streams.progression.policy_schema import Policy
from streams.progression.sessions import Session, sessions_from
from streams.progression.settling import settled_at
from streams.progression.signals import Reading, adherence, reading, signals_of
from streams.progression.state import Contribution

RulesOf = Callable[[ProgramAssigned], Policy | None]
"""The rules that a program puts the track under."""


@dataclass(frozen=True)
class Retaken:
    """A decision that was taken again."""

    decided_at: datetime | None
    action: str
    rule: str
    says: str
    from_stage: Stage
    to_stage: Stage
    missing: tuple[Missing, ...]
    policy: str
    policy_version: int


class EvidenceLacking(ValueError):
    """The evidence does not hold together: it names what is not there."""


def retaken(evidence: Evidence, events: Iterable[Contribution], track: Track, rules_of: RulesOf) -> Retaken:
    """The decision that follows from the evidence; of ``events`` (as they stand) only those it names count.

    Raises ``EvidenceLacking`` where a session, the program or its rules are not among them.
    """
    ids = frozenset(evidence.event_ids)
    named = sorted((each for each in events if each.event_id in ids), key=order)
    return _Case(evidence, named, track, rules_of).decision()


class _Case:
    """The events that evidence names, put together again."""

    def __init__(
        self, evidence: Evidence, named: list[Contribution], track: Track, rules_of: RulesOf
    ) -> None:
        self._evidence, self._named, self._track, self._rules_of = evidence, named, track, rules_of
        self._programs = [each for each in named if isinstance(each, ProgramAssigned)]
        self._sessions: tuple[Session, ...] = sessions_from(
            [each for each in named if isinstance(each, SessionRecorded)],
            [each for each in named if isinstance(each, SymptomReported | ExerciseSetRecorded)],
        ).all
        self._readings: list[Reading] = [reading(each) for each in self._sessions if each.attended]

    def decision(self) -> Retaken:
        """What was decided."""
        evidence = self._evidence
        positions = [self._position(name) for name in evidence.sessions]
        verdicts = [self._verdict(position) for position in positions]
        streak = 0
        for each in verdicts:
            streak = streak + 1 if each.action == "advance" else 0
        policy = self._rules(self._start(positions[-1]))
        stage = evidence.prior_stage
        past = Past(stage, streak, evidence.climbed, self._signed_off(), evidence.regressed)
        last = weighed(verdicts[-1], past, policy, evidence.decided_at)
        step = {"advance": policy.advance.max_step, "regress": -1}.get(last.action, 0)
        decided_at = settled_at(self._readings, positions[-1], verdicts[-1])
        return Retaken(
            decided_at, last.action, last.rule, last.says, stage, moved(stage, step), last.missing,
            policy.policy, policy.version,
        )  # fmt: skip

    def _verdict(self, position: int) -> Verdict:
        at = self._start(position)
        policy = self._rules(at)
        signals = signals_of(
            self._readings, position, self._track, (self._track,), self._adherence(at), policy,
            frozenset(self._evidence.context),
        )  # fmt: skip
        return evaluate(signals, policy, self._evidence.prior_stage)

    def _start(self, position: int) -> datetime:
        return self._readings[position].session.start

    def _position(self, report: str) -> int:
        for position, each in enumerate(self._readings):
            if any(one.event_id == report for one in each.session.reports):
                return position
        raise EvidenceLacking("The evidence names no session by the report that it counts.")

    def _rules(self, at: datetime) -> Policy:
        began = [each for each in self._programs if each.occurred_at <= at] or self._programs[:1]
        policy = self._rules_of(began[-1]) if began else None
        if policy is None:
            raise EvidenceLacking("The evidence names no program whose rules are known.")
        return policy

    def _adherence(self, at: datetime) -> float | None:
        began = [each for each in self._programs if each.occurred_at <= at]
        start = self._programs[0].occurred_at if self._programs else at
        return adherence(self._sessions, began[-1] if began else None, start, at)

    def _signed_off(self) -> Stage | None:
        """The stage that the clinician set, by the event that is named as the sign-off."""
        for each in self._named:
            if each.event_id != self._evidence.sign_off:
                continue
            if isinstance(each, StageOverridden):
                fits = tracks_of((self._track,), each.muscle_group, each.side)
                return each.to_stage if fits else None
            if isinstance(each, ProgramAssigned):
                return max(
                    (one.stage for one in each.tracks if (one.muscle_group, one.side) == self._track),
                    default=None,
                )
        return None
