"""Events lie by type, each told once, and are one table again under the name lake.events."""

from collections.abc import Iterator

import duckdb
import pytest

from contracts.events import EVENT_TYPES
from warehouse.records import EVENTS
from warehouse.spoken_tables import (
    TOUCHED,
    add_events,
    columns_of_type,
    counted,
    make_event_tables,
    note_repeated,
    table_of_type,
)

SAID = """
INSERT INTO landed (event_id, event_type, patient_key, received_at, kafka_partition, kafka_offset) VALUES
    ('a', 'OutcomeMeasured', 'p', '2026-01-02 00:00+00', 0, 1),
    ('a', 'OutcomeMeasured', 'p', '2026-01-01 00:00+00', 0, 2),
    ('a', 'OutcomeMeasured', 'q', '2026-01-01 00:00+00', 1, 1),
    ('b', 'EpisodeOpened', 'p', '2026-01-01 00:00+00', 0, 3)
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'; CREATE SCHEMA lake")
        made.from_arrow(EVENTS.schema.empty_table()).create("landed")
        made.execute(SAID)
        make_event_tables(made, "landed")
        add_events(made, "landed")
        yield made


def test_each_type_has_a_table_with_its_own_fields_and_all_are_one_view(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert table_of_type("ExerciseSetRecorded") == "lake.exercise_set_recorded"
    assert {"measure", "value", "kafka_offset"} <= set(columns_of_type("OutcomeMeasured"))
    assert "exercise" not in columns_of_type("OutcomeMeasured")
    rows = connection.execute("SELECT event_type, count(*) FROM lake.events GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [("EpisodeOpened", 1), ("OutcomeMeasured", 3)]
    shown = {row[0] for row in connection.execute("DESCRIBE lake.events").fetchall()}
    assert shown == set(EVENTS.schema.names) - {"problem", "raw", "schema_version"}
    assert len(EVENT_TYPES) == len({table_of_type(each) for each in EVENT_TYPES})


def test_of_rows_that_tell_one_event_the_one_received_first_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    note_repeated(connection)
    assert connection.execute("FROM lake.repeated").fetchall() == [(0, 1, "p")]
    assert counted(connection) == 3


def test_only_the_touched_are_looked_at_again(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE lake.touched AS SELECT 'q' AS patient_key")
    connection.execute("INSERT INTO lake.repeated VALUES (7, 7, 'p'), (8, 8, 'q')")
    note_repeated(connection, TOUCHED)
    assert connection.execute("FROM lake.repeated").fetchall() == [(7, 7, "p")]
