"""The tables that dbt builds on: exactly the manifest's rows, typed, without erased people."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest

from contracts import events as said
from contracts import topics
from contracts.measures.registry import measures, thresholds
from warehouse.lake import Lake
from warehouse.load import as_of, load, load_news, name_build
from warehouse.refused import LakeRefused
from warehouse.stamp import Stamp


@pytest.fixture
def loaded(tmp_path: Any) -> Iterator[Callable[[Lake], duckdb.DuckDBPyConnection]]:
    with duckdb.connect(str(tmp_path / "working.duckdb")) as connection:

        def make(lake: Lake) -> duckdb.DuckDBPyConnection:
            load(connection, lake)
            return connection

        yield make


def types_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()}


def test_every_landed_event_is_a_typed_row(clinic_log: Any, landed: Callable[..., Lake], loaded: Any) -> None:
    connection = loaded(landed(clinic_log, segment_offsets={"events": 10}))
    spoken = sum(len(rows) for rows in clinic_log.rows[topics.EVENTS].values())
    assert connection.execute("SELECT count(*) FROM lake.events").fetchone() == (spoken,)
    types = types_of(connection, "lake.events")
    assert types["occurred_at"] == types["received_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["tracks"] == "STRUCT(muscle_group VARCHAR, side VARCHAR, stage VARCHAR)[]"
    assert (types["contract_version"], types["onset_on"], types["pain"]) == ("INTEGER", "DATE", "DOUBLE")
    assert not {"problem", "raw"} & types.keys()


def test_an_empty_lake_gives_empty_tables_with_the_same_columns(
    clinic_log: Any, make_log: Any, landed: Callable[..., Lake], loaded: Any, tmp_path: Any
) -> None:
    connection = loaded(landed(make_log(), tmp_path / "empty"))
    empty = {name: types_of(connection, f"lake.{name}") for name in ("events", "progression", "receipts")}
    assert connection.execute("SELECT count(*) FROM lake.events").fetchone() == (0,)
    assert as_of(connection) is None
    with duckdb.connect() as other:
        load(other, landed(clinic_log))
        assert {name: types_of(other, f"lake.{name}") for name in empty} == empty


def test_only_the_latest_state_of_an_episode_is_there_and_a_tombstone_takes_it_away(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    gone = make_course(5)
    clinic_log.add(topics.PROGRESSION, 1, f"{gone.key}/{gone.episode}", None)
    connection = loaded(landed(clinic_log, segment_offsets={"progression": 3}))
    rows = connection.execute(
        "SELECT patient_key, view->>'episode_id', next_offset FROM lake.progression"
    ).fetchall()
    assert sorted(row[0] for row in rows) == [make_course(number).key for number in range(5)]
    last = {row[0]: row[2] for row in rows}
    ends = [len(clinic_log.rows[topics.EVENTS][number % 2]) for number in range(5)]
    assert [last[make_course(number).key] for number in range(5)] == ends


def test_an_erased_person_is_in_no_table(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], loaded: Any, now: datetime
) -> None:
    course = make_course(3)
    clinic_log.say(said.PatientErased(**course.at(now)))
    connection = loaded(landed(clinic_log))
    for name in ("events", "transitions", "progression"):
        found = connection.execute(f"SELECT count(*) FROM lake.{name} WHERE patient_key = ?", [course.key])
        assert found.fetchone() == (0,)


def test_what_could_not_be_read_is_not_loaded(
    clinic_log: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    clinic_log.add(topics.EVENTS, 0, "k", b"{")
    spoken = sum(len(rows) for rows in clinic_log.rows[topics.EVENTS].values())
    connection = loaded(landed(clinic_log))
    assert connection.execute("SELECT count(*) FROM lake.events").fetchone() == (spoken - 1,)
    ends = {number: len(rows) for number, rows in clinic_log.rows[topics.EVENTS].items()}
    assert dict(connection.execute("FROM lake.ends").fetchall()) == ends


def test_the_instant_of_the_marts_is_that_of_the_latest_event(
    make_log: Any, make_course: Any, mixed: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    """History that is taken in today is as of its own time, so nobody's follow-up comes due by that."""
    today = datetime(2026, 7, 1, 9, tzinfo=UTC)
    past = [msgspec.structs.replace(each, received_at=today) for each in mixed([make_course(1)])]
    log = make_log()
    log.say(*past)
    assert as_of(loaded(landed(log))) == max(each.occurred_at for each in past) < today


def test_a_clock_that_runs_ahead_does_not_bring_the_marts_forward(
    make_log: Any, make_course: Any, mixed: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    *rest, last = mixed([make_course(1)])
    received = last.occurred_at + timedelta(days=1)
    ahead = msgspec.structs.replace(
        last, event_id="f" * 32, occurred_at=last.occurred_at + timedelta(days=400), received_at=received
    )
    log = make_log()
    log.say(*rest, last, ahead)
    assert as_of(loaded(landed(log))) == received


def test_the_reference_tables_are_the_registry(
    clinic_log: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    connection = loaded(landed(clinic_log))
    assert connection.execute("SELECT count(*) FROM reference.measures").fetchone() == (len(measures()),)
    assert connection.execute("SELECT count(*) FROM reference.thresholds").fetchone() == (len(thresholds()),)
    assert types_of(connection, "reference.thresholds")["conditions"] == "VARCHAR[]"
    found = connection.execute(
        "SELECT t95 FROM reference.t_quantiles WHERE degrees IN (1, 10) ORDER BY degrees"
    )
    # The printed tables of Student's t: 12.706 and 2.228.
    assert [round(row[0], 3) for row in found.fetchall()] == [12.706, 2.228]


def test_nothing_but_the_two_schemas_is_left_in_the_file(
    clinic_log: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    connection = loaded(landed(clinic_log))
    rows = connection.execute("SELECT DISTINCT table_schema FROM information_schema.tables").fetchall()
    assert {row[0] for row in rows} == {"lake", "reference"}


def test_a_file_of_the_lake_that_is_damaged_is_a_sentence(
    clinic_log: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    lake = landed(clinic_log)
    (lake.folder / lake.manifest.of("events")[0].file).write_bytes(b"torn")
    with pytest.raises(LakeRefused, match="Restore it from a backup"):
        loaded(lake)


def test_segments_of_a_version_that_knew_fewer_columns_are_loaded_with_nulls(
    clinic_log: Any, landed: Callable[..., Lake], loaded: Any
) -> None:
    clinic_log.tell(
        topics.RECEIPTS,
        {"record_id": "r", "source": "s", "verdict": "accepted", "received_at": "2026-07-01T09:00:00Z"},
    )
    lake = landed(clinic_log)
    for name in lake.files("receipts"):
        pq.write_table(pq.read_table(name, partitioning=None).drop_columns(["dropped"]), name)
    found = loaded(lake).execute("SELECT record_id, dropped FROM lake.receipts").fetchall()
    assert found == [("r", None)]


def test_an_event_that_is_there_twice_counts_once(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    clinic_log.say(*make_course(0).events[:3])
    with duckdb.connect() as connection:
        found = load(connection, landed(clinic_log))
        assert (found.events, found.patients, found.touched) == (6 * len(make_course(0).events), 6, None)


def test_news_are_added_by_their_offsets_and_give_what_a_load_of_everything_gives(
    clinic_log: Any, make_course: Any, make_worker: Any, landed: Callable[..., Lake], tmp_path: Any
) -> None:
    before = landed(clinic_log, segment_offsets={"events": 40, "progression": 5})
    newcomer, known = make_course(9), make_course(3)
    with duckdb.connect(str(tmp_path / "kept.duckdb")) as connection:
        connection.execute("ATTACH ':memory:' AS candidate")
        connection.execute(
            "CREATE TABLE candidate.main.fct_episode (patient_key TEXT, time_zero TIMESTAMPTZ)"
        )
        first = load(connection, before)
        clinic_log.say(*newcomer.events, known.events[-1])
        make_worker(clinic_log).run()
        clinic_log.add(topics.PROGRESSION, 1, f"{known.key}/{known.episode}", None)
        after = landed(clinic_log, segment_offsets={"events": 40, "progression": 5})
        stamp = Stamp(digest="d", erased=0, offsets=before.manifest.offsets(), as_of=first.as_of)
        news = load_news(connection, after, stamp)
        with duckdb.connect() as other:
            whole = load(other, after)
            assert (news.as_of, news.events, news.patients) == (whole.as_of, whole.events, whole.patients)
            for name in ("events", "repeated", "people", "receipts", "transitions", "progression"):
                assert told(connection, name) == told(other, name), name
        touched = connection.execute("SELECT patient_key FROM lake.touched").fetchall()
        assert {newcomer.key, known.key} <= {key for (key,) in touched}


def told(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    return sorted(connection.execute(f"SELECT * FROM lake.{name}").fetchall(), key=repr)


def test_the_build_bears_the_name_of_its_release(loaded: Any, clinic_log: Any, landed: Any, now: Any) -> None:
    connection = loaded(landed(clinic_log))
    for release in ("7", "8"):
        name_build(connection, release, now)
    assert connection.execute("FROM lake.build").fetchall() == [("8", now)]
