"""Whom a release replays: those of whom something is new since the last one, and some others in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

TURNS: Final = 16
"""Keys of patients are random hexadecimal digits, so the last one deals them into as many parts."""
MOST: Final = 2_000
"""So many people at most have their turn, however many there are; each day everybody is replayed."""
IS_CHOSEN: Final = "patient_key IN (SELECT patient_key FROM landing.chosen)"

_CHOOSE: Final = """
CREATE TABLE landing.chosen AS
SELECT DISTINCT patient_key FROM (
    SELECT 'events' AS kind, patient_key, kafka_partition, kafka_offset FROM landed_events
    UNION ALL SELECT 'progression', patient_key, kafka_partition, kafka_offset FROM landed_progression
    UNION ALL SELECT 'transitions', patient_key, kafka_partition, kafka_offset FROM landed_transitions
) AS landed LEFT JOIN landing.since AS since
    ON since.kind = landed.kind AND since."partition" = landed.kafka_partition
WHERE kafka_offset >= coalesce(since.next_offset, 0)
UNION
SELECT patient_key FROM (SELECT DISTINCT patient_key FROM landed_events WHERE right(patient_key, 1) = $digit)
QUALIFY row_number() OVER (ORDER BY md5(patient_key || $turn), patient_key) <= $most
"""


@dataclass(frozen=True)
class Share:
    """A part of the patients: ``since`` has the last release's offsets by kind and partition (as text).

    ``turn``: any whole number that grows from release to release; it decides whose turn it is.
    """

    since: Mapping[str, Mapping[str, int]]
    turn: int


def choose(connection: duckdb.DuckDBPyConnection, share: Share) -> None:
    """Make the table of the chosen patients beside the views of the lake."""
    known = [(kind, int(number), end) for kind, ends in share.since.items() for number, end in ends.items()]
    columns = [("kind", pa.string()), ("partition", pa.int32()), ("next_offset", pa.int64())]
    since = {
        name: pa.array([each[place] for each in known], kind) for place, (name, kind) in enumerate(columns)
    }
    connection.from_arrow(pa.table(since)).create("landing.since")
    connection.execute(_CHOOSE, {"digit": f"{share.turn % TURNS:x}", "turn": str(share.turn), "most": MOST})
