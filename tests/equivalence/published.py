"""Made-up histories as a worker publishes them: a log with all topics, and the lake landed from it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from histories import many, merged
from logs import RecordInMemory, log_of

from contracts import topics
from contracts.events import Event, EventCorrected, PatientErased, PatientsMerged
from streams.batch import decode, fold
from streams.messages import progression_message, transition_message
from streams.progression.policy import rules_version
from streams.rows import Message, Unpublished
from streams.states import changed_rows
from warehouse.lake import Lake
from warehouse.land import Bounds, Chunk, land

NOW = datetime(2026, 9, 1, tzinfo=UTC)
PARTITIONS = 2


def as_the_door_lets_them_in(said: Iterable[Event]) -> list[Event]:
    """The events without one id that has two contents, and without merges, which a door carries out.

    Nor does anything happen at the ends of the calendar, which SQL does not know.
    """
    first: dict[str, Event] = {}
    return [
        event
        for event in said
        if first.setdefault(event.event_id, event) == event
        and not isinstance(event, PatientsMerged)
        and not _is_of_no_time(event)
    ]


def _is_of_no_time(event: Event) -> bool:
    moved = str(event.changes.get("occurred_at", "")) if isinstance(event, EventCorrected) else ""
    return event.occurred_at.year in (1, 9999) or moved.startswith(("0001", "9999"))


def _last_words(mine: Sequence[Event]) -> list[Event]:
    """What is no row of the lake ends each partition: a word repeated of one who asked to be forgotten."""
    return [event for event in mine if isinstance(event, PatientErased)][:1]


class PublishedLog:
    """The topics of a clinic whose events a worker has folded and published, in two partitions."""

    def __init__(self, said: Sequence[Event]) -> None:
        self.rows: dict[str, dict[int, list[RecordInMemory]]] = defaultdict(lambda: defaultdict(list))
        for number in range(PARTITIONS):
            mine = [event for event in said if int(event.patient_key[-1], 16) % PARTITIONS == number]
            self.rows[topics.EVENTS][number] = log_of([*mine, *_last_words(mine)])
            if mine:
                self._fold(number)

    def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """The bounds of each partition."""
        return {number: Bounds(0, len(rows)) for number, rows in self.rows[topic].items()}

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        """The records of these ranges, each range as one chunk."""
        for number, (begin, end) in wanted.items():
            yield Chunk(number, self.rows[topic][number][begin:end], end)

    def _fold(self, number: int) -> None:
        records = self.rows[topics.EVENTS][number]
        done = fold(decode(records, "the log"), {})
        for change in done.changes:
            self._publish(number, transition_message(change, number, len(records)))
        for (key, name), row in changed_rows({}, done.states)[1].items():
            each = Unpublished(key, name, row)
            self._publish(number, progression_message(each, number, len(records), rules_version()))

    def _publish(self, number: int, message: Message) -> None:
        rows = self.rows[message.topic][number]
        rows.append(RecordInMemory(len(rows), message.key or b"", message.value or b""))


def log_of_many(number: int, length: int = 80) -> PublishedLog:
    """So many patients' histories, folded and published."""
    come = [as_the_door_lets_them_in(come) for _, come in many(number, length)]
    return PublishedLog(merged(come, 7))


def landed(log: PublishedLog, folder: Path) -> Lake:
    """The lake of a log."""
    return Lake(folder, land(folder, log, NOW).manifest)
