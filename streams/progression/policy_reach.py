"""Which rule covers which: rules that never decide, bounds that contradict, rules that are upside down."""

from collections.abc import Iterator

from contracts.vocabulary import Stage
from streams.progression.policy_complaints import Complaint
from streams.progression.policy_schema import Bound, Condition, Policy
from streams.progression.signal_facts import SIGNAL_FACTS

Ranked = tuple[int, str, Condition]
"""A rule that keeps a track from climbing, with its kind's rank (stop 0, regress 1, hold 2) and name."""


def bounds_given(bound: Bound) -> int:
    """How many bounds are given; a sound one has exactly one."""
    numbers = (bound.above, bound.at_least, bound.below, bound.at_most)
    given = [number for number in numbers if number is not None]
    return len(given) + bool(bound.one_of) + bound.is_true + bound.is_unknown


def blocking(policy: Policy) -> tuple[Ranked, ...]:
    """The rules that stop, regress or hold, in the order in which they are looked at."""
    kinds = (("stop", policy.stop), ("regress", policy.regress), ("hold", policy.hold))
    return tuple((rank, kind, rule) for rank, (kind, rules) in enumerate(kinds) for rule in rules)


def unreachable(policy: Policy) -> Iterator[Complaint]:
    """Rules that an earlier one always forestalls."""
    rules = blocking(policy)
    for place, (_, kind, rule) in enumerate(rules):
        for _, earlier_kind, earlier in rules[:place]:
            if _covers(earlier, rule):
                says = (
                    f"it can never decide: the rule {earlier.rule} ({earlier_kind}) always matches before it"
                )
                yield Complaint("error", f"the rule {rule.rule} ({kind})", says)
                break


def contradictions(policy: Policy, stage: Stage) -> Iterator[Complaint]:
    """What has to be shown to advance, and is held against the person all the same."""
    for shown in _at(policy.advance.all_of, stage):
        for _, kind, rule in blocking(policy):
            if not _in_stage(rule, stage) or rule.when is not None or rule.signal != shown.signal:
                continue
            if _overlap(shown, rule):
                says = (
                    f"it contradicts the rule {rule.rule} ({kind}): {_in_words(shown)} is good enough to "
                    f"advance, and {_in_words(rule)} is not; the two must not overlap"
                )
                yield Complaint("error", f"the rule {shown.rule} (advance)", says)


def upside_down(policy: Policy, stage: Stage) -> Iterator[Complaint]:
    """Rules by which a worse value would be treated better."""
    rules = [each for each in blocking(policy) if _in_stage(each[2], stage)]
    for rank, kind, rule in rules:
        wrong = _wrong_way(rule, ("above", "at_least"), ("below", "at_most"))
        wrong = wrong or (
            rule.when is not None and _wrong_way(rule.when, ("above", "at_least"), ("below", "at_most"))
        )
        covering = [other for its_rank, _, other in rules if its_rank <= rank]
        if wrong or not _upward(rule, covering):
            yield Complaint(
                "error", f"the rule {rule.rule} ({kind})", "a worse value would be treated better"
            )
    for rule in _at(policy.advance.all_of, stage):
        wrong = _wrong_way(rule, ("below", "at_most"), ("above", "at_least"))
        words = SIGNAL_FACTS[rule.signal].words
        if rule.one_of and words and set(rule.one_of) != set(words[: len(set(rule.one_of))]):
            wrong = True
        if wrong:
            yield Complaint(
                "error", f"the rule {rule.rule} (advance)", "a worse value would be treated better"
            )


def _wrong_way(bound: Bound, if_higher: tuple[str, ...], if_lower: tuple[str, ...]) -> bool:
    worse = SIGNAL_FACTS[bound.signal].worse
    allowed = if_higher if worse == "higher" else if_lower
    given = [name for name in (*if_higher, *if_lower) if getattr(bound, name) is not None]
    return worse in ("higher", "lower") and any(name not in allowed for name in given)


def _upward(rule: Condition, covering: list[Condition]) -> bool:
    """Whether every word that is worse than one of this rule's is met by a rule that is as strict."""
    for bound in (rule, *((rule.when,) if rule.when is not None else ())):
        words = SIGNAL_FACTS[bound.signal].words
        if not bound.one_of or not words or not set(bound.one_of) <= set(words):
            continue
        for word in words[min(words.index(each) for each in bound.one_of) :]:
            met = word in bound.one_of or any(
                word in other.one_of
                for other in covering
                if other.signal == bound.signal and other.when in (None, rule.when)
            )
            if not met:
                return False
    return True


def _covers(earlier: Condition, later: Condition) -> bool:
    """Whether the earlier rule matches wherever the later one does."""
    if earlier.signal != later.signal or (earlier.when is not None and earlier.when != later.when):
        return False
    if earlier.from_stage > later.from_stage or earlier.up_to_stage < later.up_to_stage:
        return False
    if earlier.is_true or earlier.is_unknown:
        return (earlier.is_true, earlier.is_unknown) == (later.is_true, later.is_unknown)
    if earlier.one_of or later.one_of:
        return bool(later.one_of) and set(later.one_of) <= set(earlier.one_of)
    if later.is_true or later.is_unknown:
        return False
    one, other = _threshold(earlier), _threshold(later)
    return one[0] == other[0] and one[1:] <= other[1:]


def _overlap(shown: Condition, rule: Condition) -> bool:
    if shown.one_of or rule.one_of:
        return bool(set(shown.one_of) & set(rule.one_of))
    if rule.is_true or rule.is_unknown:
        return False
    (up, least, open_least), (down, most, open_most) = _threshold(rule), _threshold(shown)
    if up == down:
        return False
    return -most > least or (-most == least and not open_least and not open_most)


def _threshold(bound: Bound) -> tuple[int, float, int]:
    """(direction, bound, 1 where the bound itself is not included), so that less means it matches more."""
    if bound.above is not None:
        return (1, bound.above, 1)
    if bound.at_least is not None:
        return (1, bound.at_least, 0)
    if bound.below is not None:
        return (-1, -bound.below, 1)
    return (-1, -(bound.at_most or 0.0), 0)


def _in_words(bound: Bound) -> str:
    if bound.one_of:
        return f"{bound.signal} {' or '.join(bound.one_of)}"
    for name, text in (
        ("above", "above"),
        ("at_least", "at least"),
        ("below", "below"),
        ("at_most", "at most"),
    ):
        value = getattr(bound, name)
        if value is not None:
            return f"{bound.signal} {text} {value:g}"
    return bound.signal


def _at(rules: tuple[Condition, ...], stage: Stage) -> list[Condition]:
    return [rule for rule in rules if _in_stage(rule, stage)]


def _in_stage(rule: Condition, stage: Stage) -> bool:
    return rule.from_stage <= stage <= rule.up_to_stage
