"""The working file's tables of events, one per type with that type's own fields, and what is known of them.

Typed tables are narrow: a build of everybody reads only the columns that it needs, and a build of a few
finds their rows by the sorted runs of patient keys that landing left. ``lake.events`` is all of them.
"""

import re
from collections.abc import Iterator
from typing import Final

import duckdb

from contracts.events import EVENT_TYPES
from warehouse.columns import fields_of

WHERE: Final = ("kafka_partition", "kafka_offset")
_REPEATED: Final = """
INSERT INTO lake.repeated
SELECT kafka_partition, kafka_offset, patient_key FROM {table}
WHERE event_id IN (SELECT event_id FROM {table} WHERE {whom} GROUP BY event_id HAVING count(*) > 1) AND {whom}
QUALIFY row_number() OVER (
    PARTITION BY patient_key, event_id ORDER BY received_at, kafka_partition, kafka_offset
) > 1
"""
EVERYBODY: Final = "true"
TOUCHED: Final = "patient_key IN (SELECT patient_key FROM lake.touched)"


def table_of_type(event_type: str) -> str:
    """``EpisodeOpened`` is in the table ``lake.episode_opened``."""
    return "lake." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event_type).lower()


def columns_of_type(event_type: str) -> list[str]:
    """The type's fields in the order of its class, and where in the log the event was."""
    return [*(name for name in fields_of(EVENT_TYPES[event_type]) if name != "schema_version"), *WHERE]


def make_event_tables(connection: duckdb.DuckDBPyConnection, like: str) -> None:
    """Empty tables with the column types of the relation ``like``, and the view over all of them."""
    for event_type in EVENT_TYPES:
        columns = ", ".join(columns_of_type(event_type))
        connection.execute(
            f"CREATE TABLE {table_of_type(event_type)} AS SELECT {columns} FROM {like} WHERE false"  # noqa: S608 - names of classes
        )
    parts = [f"SELECT '{name}' AS event_type, * FROM {table_of_type(name)}" for name in EVENT_TYPES]  # noqa: S608
    connection.execute("CREATE VIEW lake.events AS " + " UNION ALL BY NAME ".join(parts))
    connection.execute(
        "CREATE TABLE lake.repeated (kafka_partition INT, kafka_offset BIGINT, patient_key VARCHAR)"
    )


def add_events(connection: duckdb.DuckDBPyConnection, landed: str) -> None:
    """Put the rows of the relation ``landed`` where they belong by their type."""
    for event_type in EVENT_TYPES:
        columns = ", ".join(columns_of_type(event_type))
        connection.execute(
            f"INSERT INTO {table_of_type(event_type)} SELECT {columns} FROM {landed} WHERE event_type = ?",  # noqa: S608
            [event_type],
        )


def note_repeated(connection: duckdb.DuckDBPyConnection, whom: str = EVERYBODY) -> None:
    """Say in ``lake.repeated`` which rows tell an event again that a row received earlier has told."""
    connection.execute(f"DELETE FROM lake.repeated WHERE {whom}")  # noqa: S608 - one of two constants
    for event_type in EVENT_TYPES:
        connection.execute(_REPEATED.format(table=table_of_type(event_type), whom=whom))


def counted(connection: duckdb.DuckDBPyConnection) -> int:
    """How many events there are, each once."""
    total = sum(rows for rows in _sizes(connection))
    row = connection.execute("SELECT count(*) FROM lake.repeated").fetchone()
    return total - (row[0] if row else 0)


def _sizes(connection: duckdb.DuckDBPyConnection) -> Iterator[int]:
    for event_type in EVENT_TYPES:
        row = connection.execute(f"SELECT count(*) FROM {table_of_type(event_type)}").fetchone()  # noqa: S608
        yield row[0] if row else 0
