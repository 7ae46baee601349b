"""The bare landing does what it is measured for: it writes what the log holds, in the lake's columns."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.bare_landing import land
from infra.benchmarks.clinics import clinics
from infra.benchmarks.log_of_events import OUTPUTS, fresh_topics, write_log
from warehouse.records import EVENTS


@pytest.mark.broker
def test_it_writes_every_event_in_the_columns_of_the_lake(
    kafka_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    said = clinics(tmp_path, small=True)[:3_000]
    settings = kafka_settings(partitions=2)
    fresh_topics(settings, (topics.EVENTS, *OUTPUTS))
    write_log(settings, said)
    folder = tmp_path / "files"
    folder.mkdir()
    land(settings.kafka.bootstrap, topics.EVENTS, len(said), folder)
    rows = pa.concat_tables([pq.read_table(path) for path in folder.iterdir()], promote_options="default")
    assert len(rows) == len(said)
    assert rows["event_id"].null_count == 0
    assert {each.name: each.type for each in rows.schema}.items() <= {
        each.name: each.type for each in EVENTS.schema
    }.items()
    assert rows["program"].drop_null() and rows["tracks"].drop_null() and rows["value"].drop_null()
