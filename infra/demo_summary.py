"""What the demo says at its end: the account of the records, the release, and what to look at."""

from dataclasses import dataclass
from typing import Any, Final

from contracts.settings import Home
from infra.conservation import Account
from infra.marts_query import query
from infra.report import plain, print_table

LOOK_AT: Final = (
    ("Director", "How are we doing", "the body map, and outcomes by condition and muscle group"),
    ("Director", "Which tailoring helps", "two programs compared fairly, and one comparison refused"),
    ("Therapist", "One patient", "the ladder, why this stage, what is missing for the next"),
    ("Data engineer", "Sources", "every rejected record with its reason"),
)


@dataclass(frozen=True)
class Figures:
    """How much the current release holds."""

    release: str
    patients: int
    episodes: int
    outcomes: int
    transitions: int


@dataclass(frozen=True)
class Summary:
    """What the demo did; ``seconds`` from the first step to the last."""

    accounts: tuple[Account, ...]
    lag: int
    refreshed: Any
    figures: Figures
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether every account holds and nothing is left to read."""
        return self.lag == 0 and bool(self.accounts) and all(each.holds for each in self.accounts)


def figures_of(home: Home) -> Figures:
    """Count what the current release holds."""
    answer = query(
        home,
        "SELECT (SELECT count(DISTINCT patient_key) FROM fct_episode), (SELECT count(*) FROM fct_episode),"
        " (SELECT count(*) FROM fct_outcome), (SELECT count(*) FROM fct_transition)",
    )
    return Figures(answer.release, *answer.rows[0])


def print_summary(summary: Summary, address: str | None) -> None:
    """Write the summary for people."""
    print_table(
        "Records by source, from the receipts",
        ("source", "sent", "received", "accepted", "duplicate", "rejected", "recovered", "received = sum"),
        [_row(each) for each in summary.accounts],
    )
    figures = summary.figures
    print(
        f"Lag {summary.lag} · release {figures.release} · {figures.patients:,} patients · "
        f"{figures.episodes:,} episodes · {figures.outcomes:,} measurements · "
        f"{figures.transitions:,} transitions · {summary.seconds:.0f} s"
    )
    if not summary.is_well:
        print("The account does not hold: see the rows marked ✗ above.")
    if address:
        print(f"\nThe dashboards: {address}\n")
        print_table("What to look at", ("as", "page", "for"), LOOK_AT)
        print("Ctrl-C stops everything that this demo started.", flush=True)


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary for programs."""
    return {**plain(summary), "well": summary.is_well}


def _row(account: Account) -> tuple[Any, ...]:
    return (
        account.source,
        account.sent,
        account.received,
        account.accepted,
        account.duplicate,
        account.rejected,
        account.recovered,
        "✓" if account.holds else "✗",
    )
