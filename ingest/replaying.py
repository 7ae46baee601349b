"""Replays rejected records from quarantine, after a contract was put right: each keeps its record id."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from contracts.contract import Contract
from ingest.door import BATCH, Door
from ingest.quarantine import Kept
from ingest.records import Received
from ingest.rows import row_of

DOOR: Final = "replay"


@dataclass(frozen=True)
class ReplayReport:
    """What became of the records that were kept; ``reasons`` counts why they are still rejected."""

    source: str
    replayed: int
    recovered: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)


def replay(door: Door, source: str, refs: Sequence[str] | None = None) -> ReplayReport:
    """Take the kept records of a source in once more, all or those with these references.

    A recovered record leaves quarantine; one that is rejected again stays until its 90 days are over.
    """
    contract = door.registry.contract(source)
    with door.exclusively():
        chosen = iter(door.store.quarantine.refs(source) if refs is None else list(refs))
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    while portion := list(islice(chosen, BATCH)):
        for verdict in door.take_in(DOOR, source, _records(door, portion, contract)):
            verdicts[verdict.verdict] += 1
            reasons.update({reason.code for reason in verdict.reasons})
    door.deliver()
    rejected = verdicts["rejected"]
    return ReplayReport(source, verdicts.total(), verdicts.total() - rejected, rejected, dict(reasons))


def _records(door: Door, refs: Sequence[str], contract: Contract) -> list[Received]:
    with door.exclusively():
        kept = [found for ref in refs if (found := door.store.quarantine.open(ref)) is not None]
    return list(_readable(kept, contract))


def _readable(kept: Sequence[Kept], contract: Contract) -> Iterator[Received]:
    """The records as their door had read them; a row that was no row then is none now and stays."""
    for each in kept:
        if each.source != contract.source:
            continue
        row = None if each.columns is None else row_of(each.raw, each.columns)
        if each.columns is None or row is not None:
            yield Received(each.raw, f"replay/{each.ref}", row, record_id=each.record_id)
