"""A patient's progression in plain words: stage, since when, why, on what evidence, and what is missing."""

from collections.abc import Iterator
from datetime import datetime

from streams.progression.assess import Assessment, assess
from streams.progression.course import Course, Decision
from streams.progression.derive import Episode, TrackNow
from streams.progression.fact import Fact
from streams.progression.incremental import derived
from streams.progression.ladder import named
from streams.progression.load import load_advice
from streams.progression.state import PatientState


def explain(state: PatientState, now: datetime) -> tuple[str, ...]:
    """Lines that a person can read aloud."""
    if state.erased:
        return ("This person asked to be forgotten; nothing else is kept.",)
    return tuple(_lines(state, now))


def _lines(state: PatientState, now: datetime) -> Iterator[str]:
    known = derived(state)
    if not known.episodes:
        yield "No episode of this patient was opened yet."
    assessments = {each.episode_id: each for each in assess(state, now)}
    for name, episode in known.episodes.items():
        yield from _episode(episode, assessments.get(name))
    for merge in sorted(state.merges.values(), key=lambda each: (each.occurred_at, each.event_id)):
        goes_on = min(merge.other_key, state.patient_key)
        yield (
            f"On {_day(merge.occurred_at)} this person was joined with the key {merge.other_key} and goes on "
            f"under the key {goes_on}."
        )
    if known.unattributed:
        count = len(known.unattributed)
        kinds = ", ".join(sorted({type(each).__name__ for each in known.unattributed}))
        subject = "1 event belongs" if count == 1 else f"{count} events belong"
        yield (f"{subject} to no episode that was open at {'its' if count == 1 else 'their'} time: {kinds}.")
    waiting = [each for each in state.corrections.values() if each.corrects not in state.said]
    if len(waiting) == 1:
        yield "1 correction waits for the event that it corrects."
    elif waiting:
        yield f"{len(waiting)} corrections wait for the events that they correct."


def _episode(episode: Episode, assessment: Assessment | None) -> Iterator[str]:
    opened, closed, program = episode.gathered.opened, episode.gathered.closed, episode.program
    end = f", closed on {_day(closed.occurred_at)} ({_said(closed.reason)})" if closed else ", open"
    yield (
        f"Episode {opened.episode_id}: {_said(opened.condition)}, clinic {opened.clinic}, "
        f"opened on {_day(opened.occurred_at)}{end}."
    )
    if program is not None:
        yield (
            f"  Program {program.program} since {_day(program.occurred_at)}, policy {program.policy} "
            f"version {program.policy_version}."
        )
    attended = len(episode.sessions.attended)
    missed = len(episode.sessions.all) - attended
    yield f"  Sessions: {attended} attended, {missed} missed{_today(assessment)}."
    for track in episode.tracks:
        yield from _track(track, episode, assessment)
    for outcome in episode.outcomes:
        change = "no change can be told yet" if outcome.change is None else f"change {outcome.change:+g}"
        baseline = "none" if outcome.baseline is None else f"{outcome.baseline:g}"
        yield (
            f"  {_said(outcome.measure)}: baseline {baseline}, latest {outcome.latest:g} {outcome.unit} on "
            f"{_day(outcome.latest_at)} ({outcome.n} values, {change})."
        )
    for note in episode.quality:
        yield f"  Note: {note.text}."


def _today(assessment: Assessment | None) -> str:
    if assessment is None or assessment.adherence_14d is None:
        return ""
    return f"; {assessment.adherence_14d:.0%} of the dose of the last 14 days"


def _track(track: TrackNow, episode: Episode, assessment: Assessment | None) -> Iterator[str]:
    course = track.course
    yield (
        f"  {_said(course.track[0])}, {course.track[1]}: {named(course.stage)} since {_day(course.since)}, "
        f"{course.sessions_in_stage} sessions there, {course.good_streak} good in a row."
    )
    for fact in course.facts:
        yield f"    {_fact(fact)}"
    if course.last_decision is not None:
        yield f"    Last decision: {_decision(course.last_decision)}"
    yield from _outlook(track, course, episode, assessment)


def _outlook(
    track: TrackNow, course: Course, episode: Episode, assessment: Assessment | None
) -> Iterator[str]:
    if track.missing:
        yield f"    Missing for the next stage: {'; '.join(each.text for each in track.missing)}."
    if track.plateau:
        yield f"    Plateau: {course.sessions_in_stage} sessions without leaving the stage."
    if track.regression:
        yield "    The last move was a step back."
    advice = load_advice(course, episode.sessions)
    if advice:
        yield f"    {advice}"
    if assessment is not None and course.track in assessment.overdue and track.next_review_at is not None:
        yield f"    Review is overdue since {_day(track.next_review_at)}."


def _fact(fact: Fact) -> str:
    why = f"{fact.policy} v{fact.policy_version}, {_events(fact.evidence)}"
    reason = f", {_said(fact.reason_code)}" if fact.reason_code else ""
    return f"{_day(fact.occurred_at)}: {_way(fact)} ({why}{reason})."


def _way(fact: Fact) -> str:
    moved = f"{fact.from_stage} to {fact.to_stage}"
    if fact.kind == "track_opened":
        begins = f"begins at {named(fact.to_stage)}" if fact.from_stage is None else f"{moved}, begins anew"
        return f"{begins}, set by the program"
    if fact.kind == "stage_overridden":
        return f"{moved if fact.from_stage else named(fact.to_stage)}, set by a therapist"
    if fact.kind == "stop_raised":
        return f"stays at {fact.to_stage}, stopped by rule {fact.rule}"
    return f"{moved}, moved by rule {fact.rule}"


def _events(evidence: tuple[str, ...]) -> str:
    return "1 event" if len(evidence) == 1 else f"{len(evidence)} events"


def _decision(decision: Decision) -> str:
    return (
        f"{decision.action} on {_day(decision.decided_at)} by {decision.rule}: {decision.says} "
        f"(evidence: {_events(decision.evidence)}, the first {decision.evidence[0]})."
    )


def _said(word: str) -> str:
    return word.replace("_", " ")


def _day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d")
