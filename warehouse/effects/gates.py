"""The gates of a comparison: data in ``gates.yaml``, judged one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

from warehouse.privacy import MINIMUM, count_words

State = Literal["passed", "caution", "refused", "not_reached"]
SHARES: Final = ("smallest_completeness", "completeness_difference", "share_in_overlap")
PEOPLE: Final = ("smallest_started", "smallest_measured", "smallest_effective_size")


@dataclass(frozen=True)
class Rule:
    """One line of ``gates.yaml``; ``refuse`` and ``caution`` are limits in the unit of ``observes``."""

    name: str
    observes: str
    rule: str
    refuse: float | None
    caution: float | None
    source: str
    passed: str
    failed: str


@dataclass(frozen=True)
class Gate:
    """A judged gate. ``observed`` is None where it was not reached or shows too few people."""

    name: str
    state: State
    observed: float | None
    required: float | None
    sentence: str
    source: str

    @property
    def passed(self) -> bool:
        """Whether the gate asks for neither refusal nor caution."""
        return self.state == "passed"


@cache
def rules() -> tuple[Rule, ...]:
    """The gates of the package, in order."""
    text = files("warehouse.effects").joinpath("gates.yaml").read_text(encoding="utf-8")
    return tuple(Rule(**fields) for fields in yaml.safe_load(text)["gates"])


def judge(rule: Rule, observed: float, minimum_cell: int = MINIMUM) -> Gate:
    """The gate for what was observed."""
    state: State = "passed"
    limit = rule.caution if rule.caution is not None else rule.refuse
    if _beyond(rule, observed, rule.caution):
        state = "caution"
    if _beyond(rule, observed, rule.refuse):
        state, limit = "refused", rule.refuse
    template = rule.passed if state == "passed" else rule.failed
    sentence = template.format(
        observed=_words(rule.observes, observed, minimum_cell),
        required="" if limit is None else _words(rule.observes, limit, 0),
    )
    hidden = rule.observes in PEOPLE and 0 < observed < minimum_cell
    return Gate(rule.name, state, None if hidden else observed, limit, sentence, rule.source)


def not_reached(rule: Rule) -> Gate:
    """The gate behind a refusal."""
    limit = rule.caution if rule.caution is not None else rule.refuse
    return Gate(rule.name, "not_reached", None, limit, "Not looked at, because of the refusal.", rule.source)


def judge_known(observed: Mapping[str, float], minimum_cell: int = MINIMUM) -> tuple[Gate, ...]:
    """The gates whose observation is there, in order, up to the first refusal."""
    gates: list[Gate] = []
    for rule in rules():
        if rule.observes not in observed:
            continue
        gates.append(judge(rule, observed[rule.observes], minimum_cell))
        if gates[-1].state == "refused":
            break
    return tuple(gates)


def _beyond(rule: Rule, observed: float, limit: float | None) -> bool:
    if limit is None:
        return False
    return observed < limit if rule.rule == "at_least" else observed > limit


def _words(observes: str, number: float, minimum_cell: int) -> str:
    if observes in SHARES:
        return f"{100 * number:.0f} %"
    if observes in PEOPLE:
        return count_words(number, minimum_cell)
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.2f}"
