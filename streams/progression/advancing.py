"""Whether good sessions suffice to advance: how many in a row, a clinician's sign-off, the pace."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from contracts.vocabulary import STAGES, Stage
from streams.progression.evaluate import Missing, Verdict
from streams.progression.ladder import moved, named, rung
from streams.progression.moments import shifted
from streams.progression.policy import Policy

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Past:
    """Where a track stood when a session was judged.

    streak: good sessions in a row, this one included. advanced_at: when it advanced so far.
    """

    stage: Stage
    streak: int
    advanced_at: tuple[datetime, ...]
    signed_off: bool


def weighed(verdict: Verdict, past: Past, policy: Policy, decided_at: datetime) -> Verdict:
    """The session's verdict in the light of those before it: a good one counts, enough of them advance."""
    if verdict.action != "advance":
        return verdict
    needs = next_needs(past.stage, past.streak, past.signed_off, policy)
    for code, rule, says in (
        ("good_sessions", "consecutive_sessions", "a good session, but not yet enough of them in a row"),
        ("sign_off", "sign_off", "ready, but a clinician has to sign off the next stage"),
    ):
        if any(each.code == code for each in needs):
            return Verdict("hold", rule, says, needs)
    if past.stage == STAGES[-1]:
        return Verdict("hold", "top_of_ladder", "the highest stage is reached")
    recent = [at for at in past.advanced_at if at > shifted(decided_at, -WEEK)]
    if len(recent) >= policy.advance.max_levels_per_7d:
        text = f"at most {policy.advance.max_levels_per_7d} levels in 7 days"
        return Verdict("hold", "pace_cap", text, (Missing("pace_cap", text),))
    return replace(verdict, says=f"{past.streak} good sessions in a row")


def next_needs(stage: Stage, streak: int, signed_off: bool, policy: Policy | None) -> tuple[Missing, ...]:
    """What the next stage asks for, whatever the last session showed."""
    if policy is None:
        return (Missing("no_policy", "the program names no policy that is known here"),)
    if stage == STAGES[-1]:
        return ()
    found = []
    lacking = policy.advance.consecutive_sessions - streak
    if lacking > 0:
        sessions = "session" if lacking == 1 else "sessions in a row"
        found.append(Missing("good_sessions", f"{lacking} more good {sessions}"))
    if _needs_sign_off(stage, policy) and not signed_off:
        target = named(moved(stage, 1))
        found.append(Missing("sign_off", f"a clinician's sign-off for {target} (set the stage by hand)"))
    return tuple(found)


def _needs_sign_off(stage: Stage, policy: Policy) -> bool:
    return rung(moved(stage, policy.advance.max_step)) >= rung(policy.advance.sign_off_from)
