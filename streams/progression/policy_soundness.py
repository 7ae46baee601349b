"""Whether a policy that can be read makes sense: rules that decide, bounds that fit, numbers with sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from contracts.vocabulary import CONDITIONS, MUSCLE_GROUPS, STAGES
from streams.progression.policy_complaints import Complaint
from streams.progression.policy_reach import bounds_given, contradictions, unreachable, upside_down
from streams.progression.policy_schema import ACTIONS, Bound, Condition, Load, Policy, conditions
from streams.progression.policy_sections import names_used
from streams.progression.signal_facts import SIGNAL_FACTS

if TYPE_CHECKING:
    from streams.progression.policy import PolicyFile

SOURCE: Final = re.compile(
    r"\b(19|20)\d\d\b|PMC ?\d+|PMID ?\d+|\bdoi ?10\.|\b\w+\.(com|org|net)\b", re.IGNORECASE
)
"""How a citation is known: by a year, an identifier or a site."""


def complaints_of(file: PolicyFile, place: str) -> tuple[Complaint, ...]:
    """Everything there is to say of a policy and of what its sections make of it, each thing once."""
    found: dict[Complaint, None] = {}
    for each in _of_file(file, place):
        found[each] = None
    for policy in _laid_out(file):
        for each in soundness(policy):
            found[each] = None
    return tuple(found)


def soundness(policy: Policy) -> Iterator[Complaint]:
    """What is wrong with one policy, or with what it says for one condition and muscle group."""
    yield from _of_pace(policy)
    yield from _of_load(policy.load)
    names = [condition.rule for condition in conditions(policy)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Complaint("error", f"the rule {name}", "two rules have the same name")
    if not any(rule.signal == "red_flag" and rule.is_true for rule in policy.stop):
        yield Complaint(
            "error", "the part stop", "no rule stops on a red flag (signal: red_flag, is_true: true)"
        )
    if not policy.advance.all_of:
        yield Complaint("error", "the part advance", "nothing has to be shown (all_of is empty)")
    for kind, rule in _by_kind(policy):
        yield from _of_rule(rule, f"the rule {rule.rule} ({kind})", kind, policy)
    for where, basis in _bases(policy):
        yield from _of_basis(basis, where)
    for stage in STAGES:
        yield from (*upside_down(policy, stage), *contradictions(policy, stage))
    yield from unreachable(policy)


def _laid_out(file: PolicyFile) -> list[Policy]:
    laid = {id(file.general): file.general}
    for condition in CONDITIONS:
        for group in MUSCLE_GROUPS:
            policy = file.rules_for(condition, group)
            laid[id(policy)] = policy
    return list(laid.values())


def _of_file(file: PolicyFile, place: str) -> Iterator[Complaint]:
    policy = file.general
    if not place.endswith(f"{policy.policy}/v{policy.version}.yaml"):
        belongs = f"{policy.policy}/v{policy.version}.yaml"
        says = f"it calls itself {policy.policy} version {policy.version}; such a file is {belongs}"
        yield Complaint("error", "the policy", says)
    if policy.signed_off is None:
        yield Complaint(
            "note", "the policy", "no clinic has signed it off yet; its proposals are not for care"
        )
    used = names_used(file.raw) | {
        name for each in file.raw.get("sections") or () for name in names_used(each)
    }
    for name in sorted(set(policy.numbers) - used):
        yield Complaint("warning", f"the number {name}", "no rule stands on it")
    for number, section in enumerate(policy.sections, 1):
        where = f"section {number} ({section.says})"
        known = {rule.rule for rule in conditions(policy)}
        for name in sorted(set(section.without) - known):
            yield Complaint("error", where, f"it takes the rule {name} away, which is not there")
        if policy.meant_for and section.conditions and not set(section.conditions) & set(policy.meant_for):
            yield Complaint("warning", where, "the policy is not meant for any of its conditions")
        if not section.conditions and not section.muscle_groups:
            yield Complaint("error", where, "it has to say for which conditions or muscle_groups it is")


def _of_pace(policy: Policy) -> Iterator[Complaint]:
    advance = policy.advance
    if policy.order != ACTIONS:
        yield Complaint("error", "the policy", f"its order must be {', '.join(ACTIONS)}")
    if advance.max_step != 1 or advance.consecutive_sessions < 1 or advance.max_levels_per_7d < 1:
        says = "a decision may move one step, after at least one session, and at least one level in 7 days"
        yield Complaint("error", "the part advance", says)
    if advance.consecutive_sessions == 1:
        says = "one good session suffices (consecutive_sessions: 1), so good and bad ones in turn may climb"
        yield Complaint("warning", "the part advance", says)
    if (advance.sessions_after_regress or advance.consecutive_sessions) < advance.consecutive_sessions:
        says = "sessions_after_regress may not be less than consecutive_sessions"
        yield Complaint("error", "the part advance", says)
    if any(gate.to < advance.sign_off_from for gate in advance.gates):
        says = f"a gate lies below sign_off_from ({advance.sign_off_from}), which is the first gate"
        yield Complaint("error", "the part advance", says)
    effusion = policy.effusion
    if effusion is None and "effusion_course" in policy.uses:
        yield Complaint(
            "error", "the part effusion", "a rule looks at effusion_course, and the part is missing"
        )
    if effusion is not None and not 0 < effusion.maintain_from < effusion.treat_from <= 3:
        says = "maintain_from has to be above 0 and below treat_from, and that at most 3"
        yield Complaint("error", "the part effusion", says)
    if effusion is not None and effusion.within_sessions < 1:
        yield Complaint("error", "the part effusion", "within_sessions has to be at least 1")


def _of_load(load: Load) -> Iterator[Complaint]:
    where = "the part load"
    if load.method == "two_for_two":
        if load.extra_reps < 1 or load.sessions < 1 or load.increment_pct is None:
            says = "two_for_two needs extra_reps, sessions (both at least 1) and increment_pct [from, to]"
            yield Complaint("error", where, says)
        elif not 0 < load.increment_pct[0] <= load.increment_pct[1] <= 100:
            yield Complaint("error", where, "increment_pct has to be [from, to], above 0 and at most 100")
        return
    begins = 0
    for row in load.table:
        if row.reps_from != begins or (row.reps_to is not None and row.reps_to < row.reps_from):
            yield Complaint("error", where, f"the table has to go on at {begins} repetitions, without gaps")
            return
        begins = -1 if row.reps_to is None else row.reps_to + 1
    if begins != -1:
        yield Complaint("error", where, "dapre needs a table from 0 repetitions up, the last row without end")
    sums = [(sum(row.fourth_set_kg), sum(row.next_session_kg)) for row in load.table]
    if any(a[0] > b[0] or a[1] > b[1] for a, b in pairwise(sums)):
        yield Complaint("error", where, "more repetitions may never lead to less load")


def _by_kind(policy: Policy) -> Iterator[tuple[str, Condition]]:
    for kind in ("stop", "regress", "hold"):
        for rule in getattr(policy, kind):
            yield kind, rule
    for rule in policy.advance.all_of:
        yield "advance", rule


def _of_rule(rule: Condition, where: str, kind: str, policy: Policy) -> Iterator[Complaint]:
    yield from _of_bound(rule, where)
    if rule.when is not None:
        yield from _of_bound(rule.when, f"{where}, when")
    unknown_asked = rule.is_unknown or (rule.when is not None and rule.when.is_unknown)
    if unknown_asked and kind != "hold":
        yield Complaint("error", where, "only a hold may be because something is unknown")
    if kind == "advance" and (rule.when is not None or rule.is_true):
        yield Complaint("error", where, "what has to be shown is one bound, without when and is_true")
    if rule.from_stage > rule.up_to_stage:
        yield Complaint(
            "error", where, f"from_stage {rule.from_stage} is above up_to_stage {rule.up_to_stage}"
        )
    if rule.days_off < 0 or rule.days_off > 14:
        yield Complaint("error", where, "days_off may be 0 to 14")


def _of_bound(bound: Bound, where: str) -> Iterator[Complaint]:
    fact = SIGNAL_FACTS[bound.signal]
    if bounds_given(bound) != 1:
        says = "it must have one bound: above, at_least, below, at_most, one_of, is_true or is_unknown"
        yield Complaint("error", where, says)
        return
    if bound.is_unknown:
        return
    if fact.worse == "true" or bound.is_true:
        if not (fact.worse == "true" and bound.is_true):
            yield Complaint("error", where, f"{bound.signal} cannot be asked that way")
    elif fact.words or bound.one_of:
        wrong = [word for word in bound.one_of if word not in fact.words]
        if not bound.one_of or wrong or not fact.words:
            may = f"one_of with {', '.join(fact.words)}" if fact.words else "a number"
            yield Complaint("error", where, f"{bound.signal} takes {may}")
        elif set(bound.one_of) == set(fact.words):
            yield Complaint("error", where, f"one_of with every word of {bound.signal} says nothing")
    else:
        yield from _of_range(bound, where)


def _of_range(bound: Bound, where: str) -> Iterator[Complaint]:
    fact = SIGNAL_FACTS[bound.signal]
    name = next(
        each for each in ("above", "at_least", "below", "at_most") if getattr(bound, each) is not None
    )
    value = getattr(bound, name)
    open_below = name in ("at_least", "below")
    inside = fact.low < value <= fact.high if open_below else fact.low <= value < fact.high
    if not inside:
        runs = f"{bound.signal} runs from {fact.low:g} to {fact.high:g} {fact.unit}"
        says = f"{name} {value:g} says nothing: {runs}"
        yield Complaint("error", where, says)


def _bases(policy: Policy) -> Iterator[tuple[str, str]]:
    """Where each number or rule says what it stands on."""
    for kind, rule in _by_kind(policy):
        yield f"the rule {rule.rule} ({kind})", rule.basis
    for name in ("required", "advance", "load", "review", "effusion"):
        part = getattr(policy, name)
        if part is not None:
            yield f"the part {name}", part.basis
    for gate in policy.advance.gates:
        yield f"the gate to {gate.to}", gate.basis
    for name, number in policy.numbers.items():
        yield f"the number {name}", number.basis
    for place, section in enumerate(policy.sections, 1):
        yield f"section {place} ({section.says})", section.basis


def _of_basis(basis: str, where: str) -> Iterator[Complaint]:
    if not basis.strip():
        yield Complaint("error", where, "it must name its basis: a source, or that it is a proposal")
    elif "proposal" not in basis and not SOURCE.search(basis):
        named = re.search(r"\b[A-Z]{1}[a-z]+", basis)
        says = "its source has no year, identifier or site"
        if named:
            yield Complaint("warning", where, says)
        else:
            yield Complaint("error", where, f"{says}; cite one, or call it a proposal")
