"""What a decision stands on: enough that the cited policy gives the same decision on it alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from contracts.vocabulary import Stage
from streams.progression.advancing import Past, climbed_in_week, gate_to
from streams.progression.evaluate import Verdict, evaluate, matches
from streams.progression.ladder import Track, moved
from streams.progression.moments import shifted
from streams.progression.policy_schema import CONTEXT, Policy, Signal, conditions
from streams.progression.signals import (
    FORTNIGHT,
    WEEK,
    Reading,
    Signals,
    effusion_begins,
    first_within,
    sets_of,
    signals_of,
    usual_mornings,
)

if TYPE_CHECKING:
    from streams.progression.course import Ground


@dataclass(frozen=True)
class Evidence:
    """What a decision stands on; ``recheck`` takes it again from this alone.

    prior_stage, regressed, climbed: where the track stood before: its stage, whether the last move was a
    step back, and when it advanced in the 7 days before.
    decided_at: when the decision stood. window_from: start of the first session that is named.
    event_ids: every event that is named, sorted. sessions: of these the leading report of each session
    that counts, the last one being the session that was decided on. sign_off: of these the clinician's.
    context: the signals that look at other sessions and whose events are named; the others did not matter.
    """

    prior_stage: Stage
    decided_at: datetime
    event_ids: tuple[str, ...]
    window_from: datetime
    sessions: tuple[str, ...]
    context: tuple[Signal, ...] = ()
    sign_off: str | None = None
    climbed: tuple[datetime, ...] = ()
    regressed: bool = False


@dataclass(frozen=True)
class Fired:
    """Where the evidence of a decision is to be found: the walk's values when it was taken.

    counted: positions of the sessions that count, the judged one last.
    """

    ground: Ground = field(repr=False)
    track: Track
    counted: tuple[int, ...]
    past: Past
    policy: Policy = field(repr=False)
    decided_at: datetime
    sign_off: str | None

    @property
    def position(self) -> int:
        """The position of the session that was decided on."""
        return self.counted[-1]

    def evidence(self) -> Evidence:
        """The evidence of the decision, for whoever asks."""
        return evidence_of(self)


def evidence_of(fired: Fired) -> Evidence:
    """The program, the sessions that count with symptoms and sets, and what mattered of other sessions."""
    ground, readings = fired.ground, fired.ground.readings
    context = frozenset[Signal]().union(*(_mattered(fired, position) for position in fired.counted))
    found: set[str] = set()
    for position in fired.counted:
        found |= _of_session(readings[position], fired.track, ground)
        for signal in context:
            found |= _context(ground, position, signal, fired.policy)
    found |= _settling(readings, fired.counted[-1], fired.decided_at)
    found |= _programs(ground, fired.decided_at)
    if fired.policy.sections:
        found.add(ground.opened_by)
    gate = gate_to(moved(fired.past.stage, 1), fired.policy)
    sign_off = fired.sign_off if gate is not None else None
    if sign_off is not None:
        found.add(sign_off)
    return Evidence(
        prior_stage=fired.past.stage,
        decided_at=fired.decided_at,
        event_ids=tuple(sorted(found)),
        window_from=min(start for start, name in ground.all_sessions if name in found),
        sessions=tuple(readings[position].session.reports[0].event_id for position in fired.counted),
        context=tuple(sorted(context)),
        sign_off=sign_off,
        climbed=climbed_in_week(fired.past.advanced_at, fired.decided_at),
        regressed=fired.past.regressed,
    )


def _mattered(fired: Fired, position: int) -> frozenset[Signal]:
    """The signals of other sessions without which the session would be judged otherwise."""
    ground, policy = fired.ground, fired.policy
    asked = CONTEXT & policy.uses
    if not asked:
        return frozenset()
    signals = signals_of(
        ground.readings, position, fired.track, ground.tracks, ground.adherences[position], policy
    )
    verdict = evaluate(signals, policy, fired.past.stage)
    return asked & deciding(verdict, signals, policy)


def deciding(verdict: Verdict, signals: Signals, policy: Policy) -> frozenset[Signal]:
    """The signals that a verdict turns on: those required, those to be shown, and those of what matched."""
    named = {verdict.rule, *(each.code for each in verdict.missing)}
    found: set[Signal] = {*policy.required.signals, *(each.signal for each in policy.advance.all_of)}
    for each in conditions(policy):
        bounds = (each,) if each.when is None else (each, each.when)
        known = [bound for bound in bounds if not bound.is_unknown]
        if each.rule in named or (len(known) < len(bounds) and all(matches(one, signals) for one in known)):
            found |= {bound.signal for bound in bounds}
    return frozenset(found)


def _looked_at(readings: Sequence[Reading], position: int, signal: Signal, policy: Policy) -> Iterable[int]:
    """The positions of the attended sessions that a signal looks at, beside its own."""
    if signal == "next_morning_rise":
        return () if readings[position].pain_before is not None else usual_mornings(readings, position)
    if signal == "effusion_course":
        if policy.effusion is None:
            return ()
        begin = effusion_begins(readings, position, policy.effusion)
        before = begin > 0 and readings[begin - 1].effusion_grade is not None
        return range(begin - before, position)
    reach = {"adherence_14d": FORTNIGHT, "sessions_7d": WEEK}.get(signal, 3 * WEEK)
    return range(first_within(readings, position, reach), position)


def _context(ground: Ground, position: int, signal: Signal, policy: Policy) -> set[str]:
    """The events of other sessions that a signal stands on."""
    if signal == "adherence_14d":
        return _fortnight(ground, ground.readings[position].session.start)
    says = {"next_morning_rise": "next_morning", "pain_rises": "during", "weekly_pain_rise": "during"}
    found: set[str] = set()
    for each in _looked_at(ground.readings, position, signal, policy):
        session = ground.readings[each].session
        found |= {report.event_id for report in session.reports}
        if signal == "effusion_course":
            found |= {each.event_id for each in session.symptoms if each.effusion_grade is not None}
        elif signal in says:
            found |= {each.event_id for each in session.symptoms if each.phase == says[signal]}
    return found


def _of_session(reading: Reading, track: Track, ground: Ground) -> set[str]:
    session = reading.session
    parts = (*session.reports, *session.symptoms, *sets_of(session, track, ground.tracks))
    return {each.event_id for each in parts}


def _fortnight(ground: Ground, at: datetime) -> set[str]:
    begin = shifted(at, -FORTNIGHT)
    return {name for start, name in ground.all_sessions if begin < start <= at}


def _settling(readings: Sequence[Reading], position: int, decided_at: datetime) -> set[str]:
    """The session whose beginning made the decision stand, where it was that."""
    if position + 1 >= len(readings) or readings[position + 1].session.start != decided_at:
        return set()
    return {report.event_id for report in readings[position + 1].session.reports}


def _programs(ground: Ground, decided_at: datetime) -> set[str]:
    """The programs that began before the decision; where none did, the first."""
    began = [program for program in ground.programs if program.occurred_at <= decided_at]
    return {program.event_id for program in began or ground.programs[:1]}
