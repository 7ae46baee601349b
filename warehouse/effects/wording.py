"""The sentences of a comparison: associations with their population, never causes."""

from collections.abc import Sequence
from typing import Final

from warehouse.effects.estimates import Estimates
from warehouse.effects.gates import Gate
from warehouse.effects.protocol import HORIZON_WORDS, Protocol, in_words
from warehouse.effects.result import Arm

UNIT_WORDS: Final = {"score": "points", "reps": "repetitions", "deg": "degrees", "%": "percentage points"}


def answer(protocol: Protocol, arms: tuple[Arm, Arm], estimates: Estimates, cautions: Sequence[Gate]) -> str:
    """What the adjusted difference says, with n, effective size and interval, and every caution."""
    return " ".join(
        [
            _finding(protocol, estimates),
            _people(protocol, arms),
            f"Adjusted for {_covariates(protocol)}; without adjustment the difference is "
            f"{_number(estimates.crude.estimate)}.",
            "Therapists chose the programs, so what was not recorded may explain part of it.",
            *(f"Caution: {gate.sentence}" for gate in cautions),
        ]
    )


def refusal(protocol: Protocol, refused: Gate) -> str:
    """Why there is no answer, and what it would take."""
    return (
        f"There is no fair comparison of {in_words(protocol.first)} and {in_words(protocol.second)} "
        f"for {_whom(protocol)} in {protocol.label}. {refused.sentence}"
    )


def _finding(protocol: Protocol, estimates: Estimates) -> str:
    adjusted, unit = estimates.adjusted, UNIT_WORDS.get(protocol.unit, protocol.unit)
    contrast = (
        f"{in_words(protocol.first)} minus {in_words(protocol.second)}: {_number(adjusted.estimate)} {unit}, "
        f"{100 * protocol.level:g} % interval {_number(adjusted.low)} to {_number(adjusted.high)}"
    )
    if adjusted.low <= 0 <= adjusted.high:
        what = f"no clear difference in {protocol.label} was associated with the choice of program"
        return f"Among {_whom(protocol)}, {what} ({_horizon(protocol)}); {contrast}."
    better, other = protocol.first, protocol.second
    if adjusted.estimate < 0:
        better, other = other, better
    amount = f"{_number(abs(adjusted.estimate))} {unit} more improvement in {protocol.label}"
    what = f"{in_words(better)} was associated with {amount} than {in_words(other)}"
    return f"Among {_whom(protocol)}, {what} ({_horizon(protocol)}); {contrast}."


def _people(protocol: Protocol, arms: tuple[Arm, Arm]) -> str:
    parts = [
        f"{in_words(arm.program)}: {arm.n_measured} of {arm.n_started} people measured, "
        f"effective size {arm.effective_size:.0f}"
        for arm in arms
        if arm.effective_size is not None
    ]
    return "; ".join(parts) + "." if parts else ""


def _whom(protocol: Protocol) -> str:
    return f"people with {in_words(protocol.condition)} ({in_words(protocol.muscle_group)})"


def _horizon(protocol: Protocol) -> str:
    words = HORIZON_WORDS.get(protocol.horizon, in_words(protocol.horizon))
    return words.replace("after it", "after the assignment")


def _covariates(protocol: Protocol) -> str:
    *most, last = (in_words(name) for name in protocol.covariates)
    return f"{', '.join(most)} and {last}" if most else last


def _number(value: float) -> str:
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return text.replace("-", "−")
