"""The course of one track: a walk over its sessions and what therapists prescribed, by event time.

Every attended session that trained the track gives one decision. Stop and regress speak at once;
hold and advance wait until the next morning was reported or the next session began, so that the
result depends on event times alone. What a therapist sets in between makes the waiting decision void.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.events import ProgramAssigned, StageOverridden
from contracts.vocabulary import Stage
from streams.progression.advancing import Past, next_needs, weighed
from streams.progression.evaluate import Missing, Verdict, evaluate
from streams.progression.evidence import evidence_of
from streams.progression.fact import Fact, Kind, named
from streams.progression.ladder import Track, moved, rung
from streams.progression.moments import EARLIEST
from streams.progression.policy import Action, Policy, find
from streams.progression.signals import Reading, Signals, sets_of, signals_of

Mark = tuple[datetime, str, ProgramAssigned | StageOverridden, Stage]
"""A moment at which a therapist set the track's stage: time, event id, event, stage."""


@dataclass(frozen=True)
class Decision:
    """What was decided after a session, and what fired it."""

    decided_at: datetime
    action: Action
    rule: str
    says: str
    from_stage: Stage
    to_stage: Stage
    policy: str
    policy_version: int
    evidence: tuple[str, ...]
    missing: tuple[Missing, ...]
    signals: Signals


@dataclass(frozen=True)
class Course:
    """Where a track stands after all its events."""

    track: Track
    stage: Stage
    since: datetime
    sessions_in_stage: int
    good_streak: int
    last_decision: Decision | None
    decisions: tuple[Decision, ...]
    facts: tuple[Fact, ...]
    last_move: str
    signed_off: bool
    waiting: bool
    """The last session's decision waits for the next morning or the next session."""
    policy: Policy | None
    last_session_at: datetime | None


@dataclass(frozen=True)
class Ground:
    """What all tracks of an episode share."""

    patient_key: str
    episode_id: str
    tracks: tuple[Track, ...]
    programs: tuple[ProgramAssigned, ...]
    readings: tuple[Reading, ...]
    """Attended sessions by their start."""
    adherences: tuple[float | None, ...]
    all_sessions: tuple[tuple[datetime, str], ...]
    """Start and event id of every session report, missed ones too."""


@dataclass
class _Walker:
    """The track while it is walked."""

    stage: Stage
    since: datetime
    last_move: str = "entry"
    set_at: datetime = EARLIEST
    in_stage: int = 0
    streak: list[int] = field(default_factory=list)
    advanced_at: list[datetime] = field(default_factory=list)
    sign_off: str | None = None
    waiting: bool = False
    decisions: list[Decision] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    last_session_at: datetime | None = None


def walk(ground: Ground, track: Track, marks: Sequence[Mark]) -> Course:
    """The course of a track; ``marks`` (at least one, by time) set its stage."""
    first, *later = marks
    walker = _Walker(first[3], first[0])
    _set(walker, ground, track, first, opening=True)
    for position, reading in enumerate(ground.readings):
        start = reading.session.start
        while later and later[0][0] <= start:
            _set(walker, ground, track, later.pop(0), opening=False)
        if start >= first[0] and _trained(reading, track, ground.tracks):
            _decide(walker, ground, track, position, later[0][0] if later else None)
    for mark in later:
        _set(walker, ground, track, mark, opening=False)
    program = _program_at(ground.programs, None)
    return Course(
        track=track,
        stage=walker.stage,
        since=walker.since,
        sessions_in_stage=walker.in_stage,
        good_streak=len(walker.streak),
        last_decision=walker.decisions[-1] if walker.decisions else None,
        decisions=tuple(walker.decisions),
        facts=tuple(walker.facts),
        last_move=walker.last_move,
        signed_off=walker.sign_off is not None,
        waiting=walker.waiting,
        policy=None if program is None else find(program.policy, program.policy_version),
        last_session_at=walker.last_session_at,
    )


def _program_at(programs: Sequence[ProgramAssigned], at: datetime | None) -> ProgramAssigned | None:
    """The program in force at an instant; before the first one, the first."""
    began = [program for program in programs if at is None or program.occurred_at <= at]
    return began[-1] if began else (programs[0] if programs else None)


def _trained(reading: Reading, track: Track, tracks: tuple[Track, ...]) -> bool:
    """Whether the session trained this track; a session without sets, or with a red flag, concerns all."""
    session = reading.session
    return not session.sets or session.red_flag or bool(sets_of(session, track, tracks))


def _set(walker: _Walker, ground: Ground, track: Track, mark: Mark, opening: bool) -> None:
    at, event_id, event, stage = mark
    override = isinstance(event, StageOverridden)
    program = _program_at(ground.programs, at)
    policy = None if program is None else find(program.policy, program.policy_version)
    if policy is not None and rung(stage) >= rung(policy.advance.sign_off_from):
        walker.sign_off = event_id
    kind: Kind = "stage_overridden" if override else "track_opened"
    from_stage = None if opening else walker.stage
    walker.last_move = "override" if override else "entry"
    walker.stage, walker.set_at = stage, at
    walker.since, walker.in_stage, walker.streak = at, 0, []
    walker.waiting = False
    walker.facts.append(
        named(
            Fact(
                "", ground.patient_key, ground.episode_id, kind, *track, from_stage, stage,
                "therapist_override" if override else "program_entry",
                program.policy if program else "none", program.policy_version if program else 0,
                at, (event_id,), next_needs(stage, 0, walker.sign_off is not None, policy),
                event.reason_code if isinstance(event, StageOverridden) else None,
            )
        )
    )  # fmt: skip


def _decide(walker: _Walker, ground: Ground, track: Track, position: int, next_mark: datetime | None) -> None:
    reading = ground.readings[position]
    start = reading.session.start
    walker.in_stage += 1
    walker.last_session_at = start
    program = _program_at(ground.programs, start)
    policy = None if program is None else find(program.policy, program.policy_version)
    if policy is None:
        return
    signals = signals_of(ground.readings, position, track, ground.tracks, ground.adherences[position])
    verdict = evaluate(signals, policy)
    decided_at = _decided_at(ground, position, verdict)
    walker.waiting = decided_at is None
    if decided_at is None or (next_mark is not None and next_mark <= decided_at):
        return
    walker.streak = [*walker.streak, position] if verdict.action == "advance" else []
    past = Past(walker.stage, len(walker.streak), tuple(walker.advanced_at), walker.sign_off is not None)
    verdict = weighed(verdict, past, policy, decided_at)
    counted = tuple(walker.streak[-policy.advance.consecutive_sessions :])
    evidence = evidence_of(ground, track, position, verdict, counted, walker.sign_off, decided_at)
    step = {"advance": policy.advance.max_step, "regress": -1}.get(verdict.action, 0)
    to_stage = moved(walker.stage, step)
    decision = Decision(
        decided_at, verdict.action, verdict.rule, verdict.says, walker.stage, to_stage, policy.policy,
        policy.version, evidence, verdict.missing, signals,
    )  # fmt: skip
    walker.decisions.append(decision)
    _move(walker, ground, track, decision, policy)


def _decided_at(ground: Ground, position: int, verdict: Verdict) -> datetime | None:
    """When the decision stands: at once for stop and regress, else with the next morning or session."""
    reading = ground.readings[position]
    if verdict.action in ("stop", "regress"):
        told = [each.occurred_at for each in reading.session.symptoms if each.phase != "next_morning"]
        return max([reading.session.start, *told])
    following = ground.readings[position + 1 : position + 2]
    if reading.next_morning_at is not None:
        return max(reading.next_morning_at, reading.session.start)
    return following[0].session.start if following else None


def _move(walker: _Walker, ground: Ground, track: Track, decision: Decision, policy: Policy) -> None:
    kind: Kind = "stop_raised" if decision.action == "stop" else "stage_entered"
    if decision.to_stage != decision.from_stage:
        walker.stage, walker.since, walker.in_stage, walker.streak = (
            decision.to_stage,
            decision.decided_at,
            0,
            [],
        )
        walker.last_move = decision.action
        if decision.action == "advance":
            walker.advanced_at.append(decision.decided_at)
    elif decision.action != "stop":
        return
    needs = next_needs(walker.stage, 0, walker.sign_off is not None, policy)
    fact = Fact(
        "", ground.patient_key, ground.episode_id, kind, *track, decision.from_stage, decision.to_stage,
        decision.rule, decision.policy, decision.policy_version, decision.decided_at, decision.evidence,
        (*decision.missing, *needs) if decision.action != "advance" else needs,
    )  # fmt: skip
    walker.facts.append(named(fact))
