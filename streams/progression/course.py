"""The course of one track: a walk over its sessions and what therapists prescribed, by event time.

Every attended session that trained the track gives one decision. Stop and regress speak at once;
hold and advance wait until the next morning was reported or the next session began, so that the
result depends on event times alone. What a therapist sets in between makes the waiting decision void.

The walk remembers where it stood before each session, so that it can be resumed there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.events import ProgramAssigned, StageOverridden
from contracts.vocabulary import Condition, Stage
from streams.progression.advancing import Past, next_needs, sessions_needed, signed, weighed
from streams.progression.evaluate import Missing, evaluate
from streams.progression.evidence import Evidence, Fired
from streams.progression.fact import Fact, Kind, named
from streams.progression.ladder import Track, moved
from streams.progression.policy import Action, Policy
from streams.progression.settling import settled_at
from streams.progression.signals import Reading, Signals, sets_of, signals_of

Mark = tuple[datetime, str, ProgramAssigned | StageOverridden, Stage]
"""A moment at which a therapist set the track's stage: time, event id, event, stage."""

PolicyOf = Callable[[ProgramAssigned, Condition, Track], Policy | None]
"""The rules that a program puts a track under; None where it names none that is known here."""


@dataclass(frozen=True)
class Ground:
    """What all tracks of an episode share."""

    patient_key: str
    episode_id: str
    condition: Condition
    tracks: tuple[Track, ...]
    programs: tuple[ProgramAssigned, ...]
    readings: tuple[Reading, ...]
    """Attended sessions by their start."""
    adherences: tuple[float | None, ...]
    all_sessions: tuple[tuple[datetime, str], ...]
    """Start and event id of every session report, missed ones too."""
    policy_of: PolicyOf = field(compare=False)
    opened_by: str
    """Id of the event that opened the episode."""


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
    missing: tuple[Missing, ...]
    signals: Signals
    fired_by: Fired = field(repr=False, compare=False)
    advice: str = ""
    """What the rule tells a therapist to do."""

    @cached_property
    def stands_on(self) -> Evidence:
        """What it stands on; worked out when somebody asks, for few are asked."""
        return self.fired_by.evidence()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The ids of the events that fired it."""
        return self.stands_on.event_ids


class Standing(msgspec.Struct, frozen=True):
    """Where a track stands at one point of the walk; a struct, because a walk makes two for each session."""

    stage: Stage
    since: datetime
    last_move: str = "entry"
    in_stage: int = 0
    streak: tuple[int, ...] = ()
    """Positions of the good sessions in a row."""
    advanced_at: tuple[datetime, ...] = ()
    sign_off: str | None = None
    """The event by which a clinician signed ``signed``, the highest stage so far, off."""
    signed: Stage | None = None
    waiting: bool = False
    """The last session's decision waits for the next morning or the next session."""
    decisions: tuple[Decision, ...] = ()
    facts: tuple[Fact, ...] = ()
    last_session_at: datetime | None = None
    marks: int = 0
    """How many of the track's marks were passed."""


@dataclass(frozen=True)
class Course:
    """Where a track stands after all its events; ``standings`` are those before each session."""

    track: Track
    end: Standing
    policy: Policy | None
    standings: tuple[Standing, ...] = field(repr=False, compare=False)

    @property
    def stage(self) -> Stage:
        """The stage now."""
        return self.end.stage

    @property
    def since(self) -> datetime:
        """When it was entered."""
        return self.end.since

    @property
    def sessions_in_stage(self) -> int:
        """Sessions since then that trained the track."""
        return self.end.in_stage

    @property
    def good_streak(self) -> int:
        """Good sessions in a row."""
        return len(self.end.streak)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All decisions, by time."""
        return self.end.decisions

    @property
    def last_decision(self) -> Decision | None:
        """The decision that stands."""
        return self.end.decisions[-1] if self.end.decisions else None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The standing facts, by time."""
        return self.end.facts

    @property
    def last_move(self) -> str:
        """What brought the track to its stage: entry, override, advance or regress."""
        return self.end.last_move

    @property
    def signed_off(self) -> bool:
        """Whether a clinician signed an upper stage off."""
        return self.end.signed is not None

    @property
    def regressed(self) -> bool:
        """Whether the last move was a step back."""
        return self.end.last_move == "regress"

    @property
    def waiting(self) -> bool:
        """Whether the last session's decision waits for the next morning or the next session."""
        return self.end.waiting

    @property
    def last_session_at(self) -> datetime | None:
        """Start of the last session that trained the track."""
        return self.end.last_session_at


def walk(ground: Ground, track: Track, marks: Sequence[Mark], known: Sequence[Standing] = ()) -> Course:
    """The course of a track; ``marks`` (at least one, by time) set its stage.

    ``known`` are standings before the first sessions, of an earlier walk over the same beginning.
    """
    standings = list(known) or [_entered(ground, track, marks[0])]
    begin = marks[0][0]
    for position in range(len(standings) - 1, len(ground.readings)):
        reading = ground.readings[position]
        here = _marked(standings[-1], ground, track, marks, reading.session.start)
        if reading.session.start >= begin and _trained(reading, track, ground.tracks):
            next_mark = marks[here.marks][0] if here.marks < len(marks) else None
            here = _decided(here, ground, track, position, next_mark)
        standings.append(here)
    end = _marked(standings[-1], ground, track, marks, None)
    return Course(track, end, _policy_at(ground, track, None), tuple(standings))


def _marked(
    here: Standing, ground: Ground, track: Track, marks: Sequence[Mark], until: datetime | None
) -> Standing:
    """The standing after the marks up to this instant, or after all."""
    while here.marks < len(marks) and (until is None or marks[here.marks][0] <= until):
        here = _set(here, ground, track, marks[here.marks])
    return here


def _program_at(programs: Sequence[ProgramAssigned], at: datetime | None) -> ProgramAssigned | None:
    """The program in force at an instant; before the first one, the first."""
    began = [program for program in programs if at is None or program.occurred_at <= at]
    return began[-1] if began else (programs[0] if programs else None)


def _policy_at(ground: Ground, track: Track, at: datetime | None) -> Policy | None:
    program = _program_at(ground.programs, at)
    return None if program is None else ground.policy_of(program, ground.condition, track)


def _trained(reading: Reading, track: Track, tracks: tuple[Track, ...]) -> bool:
    """Whether the session trained this track; a session without sets, or with a red flag, concerns all."""
    session = reading.session
    return not session.sets or session.red_flag or bool(sets_of(session, track, tracks))


def _entered(ground: Ground, track: Track, mark: Mark) -> Standing:
    return _set(Standing(mark[3], mark[0]), ground, track, mark)


def _set(here: Standing, ground: Ground, track: Track, mark: Mark) -> Standing:
    at, event_id, event, stage = mark
    override = isinstance(event, StageOverridden)
    program, policy = _program_at(ground.programs, at), _policy_at(ground, track, at)
    highest = signed(stage, policy, here.signed)
    sign_off = event_id if highest is not None and highest == stage else here.sign_off
    fact = Fact(
        "", ground.patient_key, ground.episode_id, "stage_overridden" if override else "track_opened", *track,
        here.stage if here.marks else None, stage, "therapist_override" if override else "program_entry",
        program.policy if program else "none", program.policy_version if program else 0,
        at, (event_id,), next_needs(stage, 0, highest, policy),
        event.reason_code if isinstance(event, StageOverridden) else None,
    )  # fmt: skip
    return replace(
        here, stage=stage, since=at, last_move="override" if override else "entry", in_stage=0, streak=(),
        sign_off=sign_off, signed=highest, waiting=False, facts=(*here.facts, named(fact)),
        marks=here.marks + 1,
    )  # fmt: skip


def _decided(
    here: Standing, ground: Ground, track: Track, position: int, next_mark: datetime | None
) -> Standing:
    start = ground.readings[position].session.start
    here = replace(here, in_stage=here.in_stage + 1, last_session_at=start)
    policy = _policy_at(ground, track, start)
    if policy is None:
        return here
    signals = signals_of(ground.readings, position, track, ground.tracks, ground.adherences[position], policy)
    verdict = evaluate(signals, policy, here.stage)
    decided_at = settled_at(ground.readings, position, verdict)
    if decided_at is None or (next_mark is not None and next_mark <= decided_at):
        return replace(here, waiting=decided_at is None)
    streak = (*_counting(here, ground, track, policy), position) if verdict.action == "advance" else ()
    past = Past(here.stage, len(streak), here.advanced_at, here.signed, here.last_move == "regress")
    verdict = weighed(verdict, past, policy, decided_at)
    counted = streak[-sessions_needed(policy, past.regressed) :] or (position,)
    step = {"advance": policy.advance.max_step, "regress": -1}.get(verdict.action, 0)
    decision = Decision(
        decided_at, verdict.action, verdict.rule, verdict.says, here.stage, moved(here.stage, step),
        policy.policy, policy.version, verdict.missing, signals,
        Fired(ground, track, counted, past, policy, decided_at, here.sign_off), verdict.advice,
    )  # fmt: skip
    here = replace(here, waiting=False, streak=streak, decisions=(*here.decisions, decision))
    return _moved(here, ground, track, decision, policy)


def _counting(here: Standing, ground: Ground, track: Track, policy: Policy) -> tuple[int, ...]:
    """The good sessions in a row that still count: those before a change of the policy do not."""
    if len(ground.programs) > 1 and here.streak:
        before = _policy_at(ground, track, ground.readings[here.streak[-1]].session.start)
        if before is None or (before.policy, before.version) != (policy.policy, policy.version):
            return ()
    return here.streak


def _moved(here: Standing, ground: Ground, track: Track, decision: Decision, policy: Policy) -> Standing:
    kind: Kind = "stop_raised" if decision.action == "stop" else "stage_entered"
    changed: dict[str, Any] = {}
    if decision.to_stage != decision.from_stage:
        changed = {
            "stage": decision.to_stage, "since": decision.decided_at, "in_stage": 0, "streak": (),
            "last_move": decision.action,
        }  # fmt: skip
        if decision.action == "advance":
            changed["advanced_at"] = (*here.advanced_at, decision.decided_at)
    elif decision.action != "stop":
        return here
    needs = next_needs(decision.to_stage, 0, here.signed, policy, decision.action == "regress")
    fact = Fact(
        "", ground.patient_key, ground.episode_id, kind, *track, decision.from_stage, decision.to_stage,
        decision.rule, decision.policy, decision.policy_version, decision.decided_at, decision.evidence,
        (*decision.missing, *needs) if decision.action != "advance" else needs,
        None, decision.says, decision.signals.known(), decision.stands_on.window_from,
    )  # fmt: skip
    return replace(here, facts=(*here.facts, named(fact)), **changed)
