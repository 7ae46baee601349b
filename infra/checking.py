"""The last gate in words, the catalogue of checks, and the rows that violate one of them."""

from dataclasses import dataclass
from typing import Any, Final

from contracts.settings import Home
from infra.refusal import Refusal

ROWS: Final = 50
"""So many violating rows are shown at most."""
WARNED: Final = 5


@dataclass(frozen=True)
class GateState:
    """What came of the last gate: which candidate, when, why it was refused, and which checks fail."""

    release: str
    at: str
    refused: str | None
    failing: tuple[dict[str, Any], ...]

    def told(self) -> str:
        """In a few lines for ``myomap status``."""
        if self.refused is not None:
            first = f"Last gate ({self.at[:16]} UTC): candidate {self.release} was refused. {self.refused}"
        else:
            first = f"Last gate ({self.at[:16]} UTC): release {self.release} passed"
        warn = [each for each in self.failing if each["severity"] == "warn"]
        lines = [
            f"  warns: {each['check_id']}, {each['status']} since {each['since_release']}: {each['observed']}"
            for each in warn[:WARNED]
        ]
        more = [f"  and {len(warn) - WARNED} more: myomap checks list"] if len(warn) > WARNED else []
        return "\n".join([first, *lines, *more])


@dataclass(frozen=True)
class Violating:
    """Rows that violate a check, with their columns, and what the check says."""

    says: str
    query: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def gate_state(home: Home) -> GateState | None:
    """What the last gate of this home said; None before the first one."""
    from warehouse.gate import last_gate

    found = last_gate(home.marts)
    if found is None:
        return None
    failing = tuple(each for each in found.checks if not each["passed"])
    return GateState(found.release, found.at, found.refused, failing)


def checks_of_last_gate(home: Home, everything: bool) -> list[dict[str, Any]]:
    """The checks of the last gate, those that fail or drift first; without ``everything`` only those."""
    from warehouse.gate import last_gate

    found = last_gate(home.marts)
    if found is None:
        raise Refusal("No gate has been kept in this home yet. Build a release: myomap refresh")
    told = [each for each in found.checks if everything or each["status"] != "passed"]
    return sorted(told, key=lambda each: (each["passed"], each["severity"], each["check_id"]))


def violating(home: Home, check_id: str, memory_mb: int) -> Violating:
    """The rows that violate a check, in the candidate of the last build; raises ``Refusal``."""
    import duckdb

    from warehouse.building import Place
    from warehouse.profiles import opened, prepare, tables_of
    from warehouse.quality import catalogue_of

    place = Place(home.marts / "building")
    files = [path for path in (place.candidate, place.working) if path.exists()]
    if not files:
        raise Refusal(f"Nothing was built in {place.work} yet. Build a release: myomap refresh")
    try:
        with opened(files, memory_mb) as connection:
            prepare(connection)
            known = {each.check_id: each for each in catalogue_of(tables_of(connection))}
            if check_id not in known:
                raise Refusal(
                    f"There is no check {check_id!r} for what is built. List them: myomap checks list --all"
                )
            check = known[check_id]
            cursor = connection.execute(check.query)
            columns = tuple(str(each[0]) for each in cursor.description)
            return Violating(check.says, check.query, columns, tuple(cursor.fetchmany(ROWS)))
    except duckdb.Error as problem:
        raise Refusal(
            f"The files in {place.work} could not be asked ({problem}). Wait for a refresh to end."
        ) from problem
