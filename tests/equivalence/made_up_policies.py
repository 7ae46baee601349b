"""Makes up policies: any rules, bounds and paces that a sound policy may have."""

import re
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from contracts.vocabulary import STAGES
from streams.progression.policy_schema import (
    Advance,
    Bound,
    Condition,
    Effusion,
    Gate,
    Load,
    Policy,
    Required,
    Review,
    Signal,
)
from streams.progression.policy_soundness import soundness
from streams.progression.signal_facts import SIGNAL_FACTS

MEASURED: tuple[Signal, ...] = tuple(each for each in get_args(Signal) if each != "red_flag")
BOUNDS: dict[Signal, list[float]] = {
    "effusion_grade": [0.5, 1, 2, 3],
    "pain_during": [0, 1, 2, 3, 5, 6],
    "pain_after": [1, 2, 5],
    "pain_next_morning": [0, 1, 3],
    "next_morning_rise": [-1, 0, 1, 2.5],
    "pain_rises": [1, 2],
    "weekly_pain_rise": [0, 0.5, 2],
    "quality": [0.6, 0.75, 0.8, 0.9],
    "reps_share": [0.7, 0.9, 1, 1.2],
    "adherence_14d": [0.3, 0.5, 0.7, 1],
    "sessions_7d": [1, 2, 3],
}
"""Values of each measured signal that made-up histories lie on both sides of."""
STAGE = st.sampled_from(STAGES)
STAGE_RANGES = st.sampled_from([("S0", "S6"), ("S0", "S6"), ("S0", "S2"), ("S3", "S6"), ("S1", "S4")])


@st.composite
def bounds(draw: st.DrawFn, against: bool) -> dict[str, Any]:
    """A bound that holds against a track, or that it has to meet, as its fields."""
    signal = draw(st.sampled_from(MEASURED))
    fact = SIGNAL_FACTS[signal]
    if fact.words:
        cut = draw(st.integers(1, len(fact.words) - 1))
        return {"signal": signal, "one_of": fact.words[cut:] if against else fact.words[:cut]}
    upward = (fact.worse == "higher") == against
    name = draw(st.sampled_from(["above", "at_least"] if upward else ["below", "at_most"]))
    return {"signal": signal, name: float(draw(st.sampled_from(BOUNDS[signal])))}


@st.composite
def rules(draw: st.DrawFn, kind: str, most: int) -> list[Condition]:
    """Rules of one kind; a hold may ask for the unknown, and any of them may have a second bound."""
    found = []
    for number in range(draw(st.integers(0, most))):
        given = draw(bounds(against=True))
        if kind == "hold" and draw(st.integers(0, 5)) == 0:
            given = {"signal": given["signal"], "is_unknown": True}
        when = Bound(**draw(bounds(against=True))) if draw(st.integers(0, 3)) == 0 else None
        found.append(_rule(f"{kind}_{number}", draw(STAGE_RANGES), given, when))
    return found


@st.composite
def criteria(draw: st.DrawFn) -> list[Condition]:
    """What has to be shown; at least one thing that every session can show or not."""
    found = [Condition(rule="quality", says="quality", basis="proposal", signal="quality", at_least=0.75)]
    for number in range(draw(st.integers(0, 3))):
        found.append(_rule(f"shown_{number}", draw(STAGE_RANGES), draw(bounds(against=False)), None))
    return found


def _rule(name: str, stages: tuple[Any, Any], given: dict[str, Any], when: Bound | None) -> Condition:
    return Condition(
        rule=name,
        says=name,
        basis="proposal",
        when=when,
        from_stage=stages[0],
        up_to_stage=stages[1],
        **given,
    )


@st.composite
def made_up_policies(draw: st.DrawFn, least_sessions: int = 1) -> Policy:
    """A sound policy: rules that the check complains of are left out."""
    sessions = draw(st.integers(least_sessions, 3))
    gates = tuple(
        Gate(to=stage, confirm="it is safe", basis="proposal")
        for stage in sorted(draw(st.sets(st.sampled_from(STAGES[1:]), max_size=3)))
    )
    policy = Policy(
        policy="made_up", version=1, status="proposal", order=("stop", "regress", "hold", "advance"),
        required=Required(
            signals=tuple(sorted(draw(st.sets(st.sampled_from(MEASURED), max_size=3)))), basis="proposal"
        ),
        stop=(
            Condition(rule="red_flag", says="red flag", basis="proposal", signal="red_flag", is_true=True),
            *draw(rules("stop", 2)),
        ),
        regress=tuple(draw(rules("regress", 2))),
        hold=tuple(draw(rules("hold", 4))),
        advance=Advance(
            rule="good_sessions", all_of=tuple(draw(criteria())), consecutive_sessions=sessions, max_step=1,
            max_levels_per_7d=draw(st.integers(1, 3)), basis="proposal",
            sign_off_from=gates[0].to if gates else draw(STAGE), gates=gates,
            sessions_after_regress=draw(st.sampled_from([None, sessions, sessions + 1])),
        ),
        load=Load(
            method="two_for_two", from_stage="S4", basis="proposal", extra_reps=2, sessions=2,
            increment_pct=(2.5, 10),
        ),
        effusion=Effusion(
            treat_from=2, maintain_from=1, within_sessions=draw(st.integers(1, 4)), basis="proposal"
        ),
        review=Review(after_days=14, plateau_sessions=6, basis="proposal"),
    )  # fmt: skip
    return _sound(policy)


def _sound(policy: Policy) -> Policy:
    """The policy without the rules that the check complains of."""
    while wrong := {each.where for each in soundness(policy) if each.severity == "error"}:
        names = {found[1] for where in wrong if (found := re.match(r"the rule (\S+)", where))}
        names -= {"quality", "red_flag"}
        names = names or {
            each.rule
            for each in (*policy.stop[1:], *policy.regress, *policy.hold)
            if each.signal == "quality"
        }
        assert names, wrong
        policy = _without(policy, names)
    return policy


def _without(policy: Policy, names: set[str]) -> Policy:
    def kept(given: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return tuple(each for each in given if each.rule not in names)

    # A criterion that contradicts a rule stays, and the rule goes: something has to be shown.
    advance = msgspec.structs.replace(policy.advance, all_of=kept(policy.advance.all_of))
    if not advance.all_of:
        advance = policy.advance
    return msgspec.structs.replace(
        policy, stop=kept(policy.stop), regress=kept(policy.regress), hold=kept(policy.hold), advance=advance
    )
