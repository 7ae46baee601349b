"""What a comparison says, as frozen values in which small groups are already hidden."""

from dataclasses import dataclass
from typing import Literal

from warehouse.effects.gates import Gate
from warehouse.effects.intervals import Interval
from warehouse.effects.protocol import Protocol

Verdict = Literal["answer", "caution", "refusal"]


@dataclass(frozen=True)
class Arm:
    """One program's people; numbers are None where too few people stand behind them."""

    program: str
    n_started: int | None
    n_baseline: int | None
    n_measured: int | None
    completeness: float | None
    effective_size: float | None


@dataclass(frozen=True)
class BaselineRow:
    """A line of the baseline table: a mean, or the share of people at a level, in both programs.

    ``before`` and ``after`` are standardised mean differences without and with weighting; numbers are
    None where too few people stand behind them or where nothing was weighted.
    """

    covariate: str
    level: str | None
    first: float | None
    second: float | None
    first_spread: float | None
    second_spread: float | None
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Comparison:
    """An answer, an answer with caution, or a refusal; a refusal carries no estimate at all.

    Estimates are differences in mean improvement, first program minus second, in ``unit``.
    """

    verdict: Verdict
    protocol: Protocol
    arms: tuple[Arm, Arm]
    gates: tuple[Gate, ...]
    wording: str
    baseline: tuple[BaselineRow, ...]
    adjusted: Interval | None = None
    crude: Interval | None = None
    weighted: Interval | None = None
    method: str = ""
    not_due: int | None = 0
    set_aside: int = 0

    @property
    def estimate(self) -> float | None:
        """The adjusted difference."""
        return None if self.adjusted is None else self.adjusted.estimate

    @property
    def ci_low(self) -> float | None:
        """Lower end of the adjusted interval."""
        return None if self.adjusted is None else self.adjusted.low

    @property
    def ci_high(self) -> float | None:
        """Upper end of the adjusted interval."""
        return None if self.adjusted is None else self.adjusted.high

    @property
    def unit(self) -> str:
        """The measure's unit."""
        return self.protocol.unit

    @property
    def failed_gates(self) -> tuple[Gate, ...]:
        """The gates that ask for caution or refuse."""
        return tuple(gate for gate in self.gates if gate.state in ("caution", "refused"))
