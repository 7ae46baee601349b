"""The file door: takes in a file of a source, goes on where it was killed, takes no file twice."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from contracts.contract import Contract
from ingest.door import BATCH, Door
from ingest.errors import FileRefused
from ingest.exclusive import give_way
from ingest.ledger import Progress
from ingest.lines import BOM, Item, lines
from ingest.records import Received, Verdict
from ingest.rows import header_of, rows
from ingest.values import values

DOOR: Final = "file"
CHUNK: Final = 1024 * 1024

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class FileReport:
    """What became of a file's records, over all runs; ``reasons`` counts the codes of the rejected ones.

    in_flight: records of this home, of any file, that wait to be repeated. dropped: unknown fields.
    already_ingested: it had been taken in completely before, and nothing was done now.
    """

    source: str
    received: int
    accepted: int
    duplicate: int
    rejected: int
    in_flight: int = 0
    dropped: int = 0
    already_ingested: bool = False
    reasons: dict[str, int] = field(default_factory=dict)


def ingest_file(path: Path, source: str, door: Door, on_progress: OnProgress | None = None) -> FileReport:
    """Take in all records of a file; raises ``DoorError`` with a sentence, and then repeating goes on.

    on_progress gets the records done and about how many there are.
    """
    contract = door.registry.contract(source)
    with path.open("rb") as file:
        content, about = _hashed(file, path.name)
        with door.exclusively():
            progress = door.store.ledger.find(source, content)
        if progress.complete:
            return _report(door, progress, already=True)
        items = _items(file, path.suffix.lower(), contract, progress)
        taking = _Taking(door, progress)
        while batch := list(islice(items, BATCH)):
            taking.take(batch)
            if on_progress is not None:
                done = taking.progress.verdicts.total()
                on_progress(done, max(done, about))
            give_way()
    taking.complete()
    door.deliver()
    return _report(door, taking.progress, already=False)


class _Taking:
    """One run over a file; ``progress`` is what is safe in the ledger."""

    def __init__(self, door: Door, progress: Progress) -> None:
        self._door = door
        self.progress = progress

    def take(self, batch: Sequence[Item]) -> None:
        """Hand over a batch; its progress is committed with its verdicts."""
        waiting = iter(batch)

        def advance(verdicts: Sequence[Verdict]) -> None:
            settled = list(islice(waiting, len(verdicts)))
            self._write(_after(self.progress, settled[-1], verdicts))

        self._door.take_in(DOOR, self.progress.source, map(self._received, batch), advance)

    def complete(self) -> None:
        """The end of the file was reached."""
        with self._door.exclusively(), self._door.store.transaction():
            self._write(replace(self.progress, complete=True))

    def _write(self, after: Progress) -> None:
        self._door.store.ledger.advance(self.progress, after)
        self.progress = after

    def _received(self, item: Item) -> Received:
        origin = f"{self.progress.source}/{self.progress.content}/{item.number}"
        return Received(item.raw, origin, item.row, item.fault)


def _after(progress: Progress, last: Item, verdicts: Sequence[Verdict]) -> Progress:
    counted = Counter(each.verdict for each in verdicts)
    reasons = Counter(code for each in verdicts for code in {reason.code for reason in each.reasons})
    return replace(
        progress,
        next_byte=last.next_byte,
        next_line=last.next_number,
        verdicts=progress.verdicts + counted,
        reasons=progress.reasons + reasons,
        dropped=progress.dropped + sum(each.dropped for each in verdicts),
    )


def _items(file: BinaryIO, ending: str, contract: Contract, progress: Progress) -> Iterator[Item]:
    """The records that are still to be taken in, read as the source's format asks."""
    start = (progress.next_byte, progress.next_line)
    if contract.format == "csv":
        header = header_of(file, contract)
        return iter(()) if header is None else rows(file, header, *start)
    if ending == ".json" or (ending not in (".jsonl", ".ndjson") and contract.format == "json"):
        return values(file, *start)
    return lines(file, *start)


def _hashed(file: BinaryIO, name: str) -> tuple[str, int]:
    """The SHA-256 of the content, and its number of lines; refuses a file that shows nothing."""
    hashed, count, is_empty = hashlib.sha256(), 0, True
    while chunk := file.read(CHUNK):
        hashed.update(chunk)
        count += chunk.count(b"\n")
        is_empty = is_empty and not chunk.removeprefix(BOM).strip()
    if is_empty:
        raise FileRefused(
            f"The file {name} is empty: it holds no record. Export it again and repeat with the new file."
        )
    return hashed.hexdigest(), count


def _report(door: Door, progress: Progress, already: bool) -> FileReport:
    verdicts = progress.verdicts
    with door.exclusively():
        in_flight = door.store.identities.in_flight()
    return FileReport(
        source=progress.source,
        received=verdicts.total(),
        accepted=verdicts["accepted"],
        duplicate=verdicts["duplicate"],
        rejected=verdicts["rejected"],
        in_flight=in_flight,
        dropped=progress.dropped,
        already_ingested=already,
        reasons=dict(progress.reasons),
    )
