"""Two programs compared within one condition and muscle group: an answer, a caution, or a refusal."""

from datetime import datetime

from warehouse.effects import wording
from warehouse.effects.baseline_table import baseline_table
from warehouse.effects.estimates import Weighing, estimate, second_look, third_look, weigh
from warehouse.effects.gates import Gate, judge_known, not_reached, rules
from warehouse.effects.population import Population, Table, first_look, select
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import Arm, Comparison, Verdict
from warehouse.privacy import MINIMUM, is_small


def compare(
    table: Table, protocol: Protocol, minimum_cell: int = MINIMUM, as_of: datetime | None = None
) -> Comparison:
    """Compare the protocol's programs in rows (or columns) of ``fct_change``.

    With ``as_of`` (the release's) and a column ``time_zero``, people whose follow-up is not due yet are
    left out; a column ``due`` says the same directly. The gates are judged in order. The first refusal
    ends it, before an estimate is made.
    """
    population = select(table, protocol, as_of)
    observed = first_look(population, protocol)
    gates = judge_known(observed, minimum_cell)
    if _refuses(gates):
        return _refusal(population, protocol, gates, None, minimum_cell)
    weighing = weigh(population, protocol)
    observed |= second_look(weighing)
    gates = judge_known(observed, minimum_cell)
    if _refuses(gates):
        return _refusal(population, protocol, gates, weighing, minimum_cell)
    estimates = estimate(population, protocol, weighing)
    gates = judge_known(observed | third_look(estimates), minimum_cell)
    cautions = [gate for gate in gates if gate.state == "caution"]
    verdict: Verdict = "caution" if cautions else "answer"
    arms = _arms(population, protocol, weighing, minimum_cell)
    return Comparison(
        verdict=verdict,
        protocol=protocol,
        arms=arms,
        gates=gates,
        wording=wording.answer(protocol, arms, estimates, cautions),
        baseline=baseline_table(population, protocol, weighing, minimum_cell),
        adjusted=estimates.adjusted,
        crude=estimates.crude,
        weighted=estimates.weighted,
        method=estimates.method,
        not_due=_shown(population.not_due, minimum_cell),
        set_aside=population.set_aside,
    )


def _refuses(gates: tuple[Gate, ...]) -> bool:
    return bool(gates) and gates[-1].state == "refused"


def _refusal(
    population: Population,
    protocol: Protocol,
    gates: tuple[Gate, ...],
    weighing: Weighing | None,
    minimum_cell: int,
) -> Comparison:
    reached = {gate.name for gate in gates}
    rest = tuple(not_reached(rule) for rule in rules() if rule.name not in reached)
    return Comparison(
        verdict="refusal",
        protocol=protocol,
        arms=_arms(population, protocol, weighing, minimum_cell),
        gates=gates + rest,
        wording=wording.refusal(protocol, gates[-1]),
        baseline=baseline_table(population, protocol, weighing, minimum_cell),
        not_due=_shown(population.not_due, minimum_cell),
        set_aside=population.set_aside,
    )


def _arms(
    population: Population, protocol: Protocol, weighing: Weighing | None, minimum_cell: int
) -> tuple[Arm, Arm]:
    """Both arms' numbers, or none of them where one is small: the total is known from elsewhere."""
    counts = [population.count(program) for program in (protocol.first, protocol.second)]
    hidden = any(is_small(count, minimum_cell) for arm in counts for count in arm)
    first, second = (
        _arm(
            program,
            count,
            None if weighing is None else weighing.effective(program == protocol.first),
            hidden,
        )
        for program, count in zip((protocol.first, protocol.second), counts, strict=True)
    )
    return first, second


def _arm(program: str, count: tuple[int, int, int], effective: float | None, hidden: bool) -> Arm:
    if hidden:
        return Arm(program, None, None, None, None, None)
    started, with_baseline, measured = count
    return Arm(program, started, with_baseline, measured, measured / started if started else 0.0, effective)


def _shown(count: int, minimum_cell: int) -> int | None:
    return None if is_small(count, minimum_cell) else count
