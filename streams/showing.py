"""What a worker shows of one patient: all episodes as they were stored, and how they stand at this moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.lookup import partition_of, read_row
from streams.progression.assess import assess
from streams.rows import PatientRow
from streams.states import state_of

LONGEST_KEY: Final = 200
FOUND: Final = 200
UNKNOWN: Final = 404
MISDIRECTED: Final = 421

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a JSON body, which does not repeat the key where there is nothing."""

    status: int
    body: bytes


class PatientPages:
    """Answers for the patients of the partitions that this worker owns."""

    def __init__(self, partitions: int, store_of: Callable[[int], Path | None]) -> None:
        """``partitions`` is the number of the topic; ``store_of`` gives the file of an owned partition."""
        self._partitions = partitions
        self._store_of = store_of

    def progression(self, patient_key: str, now: datetime) -> Answer:
        """The patient's episodes with the assessment at ``now``; reads the disk.

        404 for a key of whom nothing is known or who was erased, 421 with the partition where another
        worker must be asked: a store of this home that it does not own may be out of date.
        """
        partition = partition_of(patient_key, self._partitions)
        path = self._store_of(partition)
        if path is None:
            return _nothing(
                MISDIRECTED,
                "This worker does not own the patient's partition; ask the one that does.",
                partition,
            )
        row = read_row(path, patient_key) if len(patient_key) <= LONGEST_KEY else None
        state = None if row is None else state_of(row)
        if row is None or state is None or state.erased:
            return _nothing(UNKNOWN, "Nothing is known under this key.", partition)
        assessed = {each.episode_id: each for each in assess(state, now)}
        return Answer(FOUND, _ENCODER.encode(_content(patient_key, partition, row, assessed, now)))


def _content(
    patient_key: str, partition: int, row: PatientRow, assessed: dict[str, Any], now: datetime
) -> dict[str, Any]:
    return {
        "patient_key": patient_key,
        "partition": partition,
        "as_of": now,
        "episodes": [
            {"episode_id": name, "view": msgspec.Raw(episode.view), "assessment": assessed.get(name)}
            for name, episode in sorted(row.episodes.items())
        ],
    }


def _nothing(status: int, why: str, partition: int) -> Answer:
    return Answer(status, _ENCODER.encode({"error": why, "partition": partition}))
