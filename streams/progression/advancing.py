"""Whether good sessions suffice to advance: how many in a row, a clinician's sign-off, the pace."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.vocabulary import STAGES, Stage
from streams.progression.evaluate import Missing, Verdict
from streams.progression.ladder import moved, named
from streams.progression.moments import shifted
from streams.progression.policy_schema import Policy

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Past:
    """Where a track stood when a session was judged.

    streak: good sessions in a row, this one included. advanced_at: when it advanced so far.
    signed_off: the highest stage that a clinician set, None where none was; see ``signed``.
    regressed: the last move was a step back.
    """

    stage: Stage
    streak: int
    advanced_at: tuple[datetime, ...]
    signed_off: Stage | None
    regressed: bool = False


def signed(stage: Stage, policy: Policy | None, before: Stage | None) -> Stage | None:
    """The highest stage that counts as signed off once a clinician set this one by hand."""
    if policy is None or stage < policy.gates[0]:
        return before
    return stage if before is None else max(stage, before)


def weighed(verdict: Verdict, past: Past, policy: Policy, decided_at: datetime) -> Verdict:
    """The session's verdict in the light of those before it: a good one counts, enough of them advance."""
    if verdict.action != "advance":
        return verdict
    needs = next_needs(past.stage, past.streak, past.signed_off, policy, past.regressed)
    for code, rule, says in (
        ("good_sessions", "consecutive_sessions", "a good session, but not yet enough of them in a row"),
        ("sign_off", "sign_off", "ready, but a clinician has to sign off the next stage"),
    ):
        if any(each.code == code for each in needs):
            return Verdict("hold", rule, says, needs)
    if past.stage == STAGES[-1]:
        return Verdict("hold", "top_of_ladder", "the highest stage is reached")
    recent = climbed_in_week(past.advanced_at, decided_at)
    if len(recent) >= policy.advance.max_levels_per_7d:
        text = f"at most {policy.advance.max_levels_per_7d} levels in 7 days"
        return Verdict("hold", "pace_cap", text, (Missing("pace_cap", text),))
    needed = sessions_needed(policy, past.regressed)
    says = f"{needed} good sessions in a row" if needed > 1 else "a good session"
    return Verdict("advance", verdict.rule, says)


def climbed_in_week(advanced_at: tuple[datetime, ...], decided_at: datetime) -> tuple[datetime, ...]:
    """When a track advanced in the 7 days before a decision."""
    begin = shifted(decided_at, -WEEK)
    return tuple(at for at in advanced_at if at > begin)


def sessions_needed(policy: Policy, regressed: bool) -> int:
    """Good sessions in a row that a step up asks for; after a step back it may be more."""
    usual = policy.advance.consecutive_sessions
    return usual if not regressed else max(usual, policy.advance.sessions_after_regress or usual)


def next_needs(
    stage: Stage, streak: int, signed_off: Stage | None, policy: Policy | None, regressed: bool = False
) -> tuple[Missing, ...]:
    """What the next stage asks for, whatever the last session showed."""
    if policy is None:
        return (Missing("no_policy", "the program names no policy that is known here"),)
    if stage == STAGES[-1]:
        return ()
    found = []
    lacking = sessions_needed(policy, regressed) - streak
    if lacking > 0:
        sessions = "session" if lacking == 1 else "sessions in a row"
        found.append(Missing("good_sessions", f"{lacking} more good {sessions}"))
    gate = gate_to(moved(stage, policy.advance.max_step), policy)
    if gate is not None and (signed_off is None or signed_off < gate):
        target = named(moved(stage, 1))
        text = f"a clinician's sign-off for {target} (set the stage by hand{_to_confirm(gate, policy)})"
        found.append(Missing("sign_off", text))
    return tuple(found)


def gate_to(stage: Stage, policy: Policy) -> Stage | None:
    """The highest gate at or below a stage: the stage that a clinician must have set to enter it."""
    return max((gate for gate in policy.gates if gate <= stage), default=None)


def _to_confirm(gate: Stage, policy: Policy) -> str:
    said = next((each.confirm for each in policy.advance.gates if each.to == gate), "")
    return f", once confirmed: {said}" if said else ""
