"""A result gives its adjusted numbers, or none when it refuses."""

from warehouse.effects.gates import judge, rules
from warehouse.effects.intervals import Interval
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import Arm, Comparison

ARMS = (Arm("a", 50, 50, 45, 0.9, 40.0), Arm("b", 50, 50, 45, 0.9, 40.0))


def test_the_numbers_are_those_of_the_adjusted_interval(protocol: Protocol) -> None:
    found = Comparison("answer", protocol, ARMS, (), "", (), adjusted=Interval(2.0, 1.0, 3.0))
    assert (found.estimate, found.ci_low, found.ci_high, found.unit) == (2.0, 1.0, 3.0, "score")


def test_a_refusal_has_no_numbers(protocol: Protocol) -> None:
    found = Comparison("refusal", protocol, ARMS, (), "", ())
    assert (found.estimate, found.ci_low, found.ci_high) == (None, None, None)


def test_failed_gates_are_those_that_warn_or_refuse(protocol: Protocol) -> None:
    gates = tuple(judge(rule, 35) for rule in rules() if rule.name in ("size", "both_programs"))
    found = Comparison("caution", protocol, ARMS, gates, "", ())
    assert [gate.name for gate in found.failed_gates] == ["size"]
