"""A patient's progression in plain words: stage, since when, why, what is missing, what to watch."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from contracts.measures.registry import find
from streams.progression.account import Account, Chosen, EpisodeAccount, TrackAccount, account
from streams.progression.evaluate import Missing
from streams.progression.outcomes import Outcome
from streams.progression.ruling import Passed, Ruling, Step, Tally
from streams.progression.state import PatientState
from streams.progression.wording import day, evidence, said, signals, stage, times

SIDES: Final = {"bilateral": "both sides", "midline": "midline", "left": "left", "right": "right"}
SAID: Final = {"hold": "held", "regress": "called for a step back", "stop": "stopped"}
DONE: Final = {
    "advance": "the track advanced",
    "hold": "the track held",
    "regress": "the track went a step back",
    "stop": "the track was stopped",
}


def explain(state: PatientState, now: datetime, chosen: Chosen | None = None) -> tuple[str, ...]:
    """Lines that a person can read aloud; ``chosen`` narrows them to a muscle group, or a side of it."""
    return lines_of(account(state, now, chosen))


def lines_of(told: Account) -> tuple[str, ...]:
    """An account as lines that a person can read aloud."""
    if told.erased:
        return ("This person asked to be forgotten; nothing else is kept.",)
    return tuple(_lines(told))


def _lines(told: Account) -> Iterator[str]:
    if not told.episodes:
        yield "No episode of this patient was opened yet."
    for episode in told.episodes:
        yield from _episode(episode)
    zone = told.episodes[-1].zone if told.episodes else "UTC"
    for at, key in told.merges:
        yield f"On {day(at, zone)} this person was joined with another key and goes on under the key {key}."
    if told.unattributed:
        count = sum(told.unattributed.values())
        subject = "1 event belongs" if count == 1 else f"{count} events belong"
        kinds = ", ".join(told.unattributed)
        yield f"{subject} to no episode that was open at {'its' if count == 1 else 'their'} time: {kinds}."
    if told.corrections_waiting == 1:
        yield "1 correction waits for the event that it corrects."
    elif told.corrections_waiting:
        yield f"{told.corrections_waiting} corrections wait for the events that they correct."


def _episode(episode: EpisodeAccount) -> Iterator[str]:
    zone = episode.zone
    end = "is open"
    if episode.closed_at is not None:
        end = f"was closed on {day(episode.closed_at, zone)} ({said(episode.close_reason or '')})"
    begun = f"opened on {day(episode.opened_at, zone)} at the clinic {episode.clinic}"
    yield f"{said(episode.condition).capitalize()}: the episode, {begun}, {end}."
    if episode.program is not None and episode.program_since is not None:
        signed = f" ({episode.policy_status})" if episode.policy_status else ", which is not known here"
        since, policy = day(episode.program_since, zone), f"{episode.policy} version {episode.policy_version}"
        yield f"  Program {said(episode.program)} since {since}; it follows the policy {policy}{signed}."
    dose = (
        ""
        if episode.adherence_14d is None
        else f"; {episode.adherence_14d:.0%} of the dose of the last 14 days"
    )
    yield f"  Sessions: {episode.sessions_attended} attended, {episode.sessions_missed} missed{dose}."
    for track in episode.tracks:
        yield from _track(track, zone)
    for outcome in episode.outcomes:
        yield f"  {_outcome(outcome, zone)}"
    for note in episode.quality:
        yield f"  A note on the data: {note.text}."


def _track(track: TrackAccount, zone: str) -> Iterator[str]:
    name = f"{said(track.muscle_group)}, {SIDES[track.side]}"
    yield f"  {name}: {stage(track.stage)}, since {day(track.since, zone)}."
    if track.because is not None:
        yield from (f"    {line}" for line in _because(track.because, zone))
    yield f"    {_since_then(track, zone)}"
    last = track.last_decision
    if last is not None and not (track.because and track.because.ruling == last):
        yield from (f"    {line}" for line in _last(last, zone))
    if track.in_stage:
        yield f"    What its sessions led to: {_tallied(track.in_stage, zone)}."
    yield f"    {_missing(track)}"
    if track.watch:
        yield f"    To watch: {_listed(track.watch)}."
    if len(track.history) > 1:
        yield f"    The way there: {_way(track.history, zone)}."


def _because(step: Step, zone: str) -> Iterator[str]:
    ruling, on = step.ruling, day(step.occurred_at, zone)
    if step.kind == "track_opened":
        yield f"Why: the program set it{_in_place_of(step)} on {on}."
    elif step.kind == "stage_overridden":
        reason = f" ({said(step.reason_code)})" if step.reason_code else ""
        yield f"Why: a therapist set it{_in_place_of(step)} on {on}{reason}."
    else:
        way = "up" if (step.from_stage or "") < step.to_stage else "down"
        says = ruling.says if ruling else said(step.rule)
        before = stage(step.from_stage or step.to_stage)
        yield f"Why: on {on} it came {way} from {before}: {says} {_rule(step)}."
    if ruling is not None and ruling.inputs:
        yield f"Known of that session: {signals(ruling.inputs)}."
    yield f"Evidence: {evidence(step.evidence, zone)}."


def _in_place_of(step: Step) -> str:
    return f" in place of {stage(step.from_stage)}" if step.from_stage else ""


def _rule(one: Step | Ruling) -> str:
    return f"(rule {one.rule} of {one.policy} version {one.policy_version})"


def _since_then(track: TrackAccount, zone: str) -> str:
    if not track.sessions_in_stage or track.last_session_at is None:
        return "No session trained it in this stage yet."
    sessions = "1 session" if track.sessions_in_stage == 1 else f"{track.sessions_in_stage} sessions"
    last = day(track.last_session_at, zone)
    return f"In this stage: {sessions}, the last on {last}; {track.good_streak} good in a row."


def _tallied(tallies: Iterable[Tally], zone: str) -> str:
    return "; ".join(
        f"{SAID[each.action]} {times(each.count)}, {'last ' if each.count > 1 else ''}on "
        f"{day(each.last_at, zone)}: {each.says}"
        for each in tallies
    )


def _last(ruling: Ruling, zone: str) -> Iterator[str]:
    on = day(ruling.decided_at, zone)
    yield f"Last decision: on {on} {DONE[ruling.action]}: {ruling.says} {_rule(ruling)}."
    if ruling.advice:
        yield f"The rule advises: {ruling.advice}."
    if ruling.inputs:
        yield f"Known of that session: {signals(ruling.inputs)}."
    yield f"Evidence: {evidence(ruling.evidence, zone)}."


def _missing(track: TrackAccount) -> str:
    if track.next_stage is None:
        return "Nothing is missing: this is the highest stage."
    if not track.missing:
        return f"Nothing is missing for {stage(track.next_stage)}; the next good session leads there."
    return f"Missing for {stage(track.next_stage)}: {_listed(track.missing)}."


def _way(history: Iterable[Passed], zone: str) -> str:
    return "; ".join(f"{day(step.occurred_at, zone)} {_moved(step)}" for step in history)


def _moved(step: Passed) -> str:
    if step.kind == "track_opened":
        return f"{step.to_stage} by the program"
    if step.kind == "stage_overridden":
        return f"{step.to_stage} by a therapist"
    if step.kind == "stop_raised":
        return f"stopped at {step.to_stage} by {step.rule}"
    return f"{step.to_stage} by {step.rule}"


def _outcome(outcome: Outcome, zone: str) -> str:
    latest = f"latest {outcome.latest:.6g} {outcome.unit} on {day(outcome.latest_at, zone)}"
    baseline = "no baseline" if outcome.baseline is None else f"baseline {outcome.baseline:.6g}"
    change = "no change can be told yet" if outcome.change is None else f"change {outcome.change:+.4g}"
    values = "1 value" if outcome.n == 1 else f"{outcome.n} values"
    known = find(outcome.measure)
    name = known.label if known else said(outcome.measure)
    return f"{name}: {baseline}, {latest} ({values}, {change})."


def _listed(parts: Iterable[Missing]) -> str:
    return "; ".join(each.text for each in parts)
