"""The list of records that were set aside: stores, topic and lake tell of them, each of them once."""

from pathlib import Path

from contracts import events, topics
from contracts.settings import Home
from infra.quarantined import SetAside, event_in, found_in
from infra.workload import log_of_events
from streams.opening import Log, open_store
from streams.rows import Commit, QuarantinedRow
from warehouse.lake import Lake
from warehouse.land import Bounds
from warehouse.manifest import Manifest


class QuietLog:
    """A log that begins at 40 and in which nothing was told."""

    def bounds(self, topic: str) -> dict[int, Bounds]:
        return {3: Bounds(40, 90)} if topic == topics.EVENTS else {}

    def read(self, topic: str, wanted: object) -> tuple[()]:
        assert wanted == {}
        return ()


def test_a_store_still_knows_what_the_topic_no_longer_tells(home: Home, tmp_path: Path) -> None:
    store = open_store(home.streams, Log(topics.EVENTS, "id", 3), "rules")
    rows = [QuarantinedRow(70, "wrong_key", "$.patient_key"), QuarantinedRow(7, "empty", "$")]
    store.commit(Commit(0, 90, quarantined=rows))
    store.close()
    found = found_in(home, QuietLog(), Lake(tmp_path, Manifest()))  # type: ignore[arg-type]
    assert found == (
        SetAside(3, 7, "empty", "$", "gone", "open"),
        SetAside(3, 70, "wrong_key", "$.patient_key", "log", "open"),
    )


def test_nothing_was_set_aside_in_a_home_without_stores(home: Home, tmp_path: Path) -> None:
    assert found_in(home, QuietLog(), Lake(tmp_path, Manifest())) == ()  # type: ignore[arg-type]


def test_a_value_is_an_event_or_it_is_not() -> None:
    record = log_of_events(1)[0]
    event = event_in(record.value, events.decode)
    assert event is not None and event.patient_key == record.key.decode()
    assert [event_in(value, events.decode) for value in (None, b"", b"[" * 100_000, b"{}")] == [None] * 4
