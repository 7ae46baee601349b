"""Files come in whole, once, and go on where a run was killed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.registry import UnknownSource
from ingest import files
from ingest.errors import DoorError, FileRefused, PublishFailed
from ingest.files import FileReport, ingest_file

ROW = {
    "patient_ref": "P1",
    "measured_at": "2026-03-02T10:00:00+01:00",
    "device_id": "D1",
    "test_id": "T1",
    "muscle_group": "quadriceps",
    "side": "left",
    "peak_force": "200",
    "force_unit": "N",
    "rater_ref": "T01",
    "occasion": "baseline",
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes | list[bytes], ending: str = "jsonl") -> Path:
        path = tmp_path / f"file.{ending}"
        path.write_bytes(content if isinstance(content, bytes) else b"\n".join(content))
        return path

    return write


def counts(report: FileReport) -> tuple[int, int, int, int]:
    return report.received, report.accepted, report.duplicate, report.rejected


def csv(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    names = columns or list(ROW)
    return "\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)]).encode()


def test_every_record_is_counted_and_every_rejection_has_its_reason(
    clinic: Any, make_form: Any, written: Any
) -> None:
    good = make_form("P1", "M1")
    path = written([good, b"", good, b"\x00\xff rubbish", b"{}", make_form("P1", "M1", value=1)])
    report = ingest_file(path, "therapist_form", clinic.door)
    assert counts(report) == (5, 1, 1, 3)
    assert report.reasons == {"invalid_utf8": 1, "missing": 1, "conflict": 1}
    assert len(clinic.kafka.receipts()) == 5
    assert {each["door"] for each in clinic.kafka.receipts().values()} == {"file"}


def test_the_same_file_adds_nothing_under_any_name(clinic: Any, make_form: Any, written: Any) -> None:
    path = written([make_form("P1", "M1"), b"rubbish"])
    first = ingest_file(path, "therapist_form", clinic.door)
    said = len(clinic.kafka.messages)
    clinic.reopen()
    again = ingest_file(path.rename(path.with_name("other.jsonl")), "therapist_form", clinic.door)
    assert (first.already_ingested, again.already_ingested) == (False, True)
    assert counts(again) == counts(first)
    assert len(clinic.kafka.messages) == said


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 0, 1])), min_size=1, max_size=12
    ),
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["refused", "half", "unheard", "killed"])), max_size=4
    ),
    st.integers(1, 4),
)
def test_a_file_that_is_cut_off_anywhere_ends_as_one_that_was_not(
    make_clinic: Any, make_form: Any, killed: Any, tmp_path: Path, said: Any, faults: Any, batch: int
) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(b"\n".join(make_form(f"P{p}", f"M{n}", value=v) for p, n, v in said))
    smooth, rough = make_clinic(), make_clinic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "BATCH", batch)
        expected = ingest_file(path, "therapist_form", smooth.door)
        for fail_at, how in faults:
            rough.kafka.fail_at, rough.kafka.how = fail_at, how
            try:
                ingest_file(path, "therapist_form", rough.door)
            except (PublishFailed, killed):
                rough.reopen()
        rough.kafka.fail_at = None
        found = ingest_file(path, "therapist_form", rough.door)
    assert counts(found) == counts(expected)
    assert found.reasons == expected.reasons
    assert verdicts(rough) == verdicts(smooth)
    smooth.store.close()
    rough.store.close()


def verdicts(clinic: Any) -> dict[str, str]:
    return {name: each["verdict"] for name, each in clinic.kafka.receipts().items()}


def test_progress_tells_records_and_about_how_many_there_are(
    clinic: Any, make_form: Any, written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH", 2)
    path = written([*(make_form("P1", f"M{number}") for number in range(5)), b""])
    told: list[tuple[int, int]] = []
    ingest_file(path, "therapist_form", clinic.door, lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_table_is_read_by_its_columns_names_in_any_order(clinic: Any, written: Any) -> None:
    path = written(csv(ROW, ROW | {"test_id": "T2"}, ROW | {"peak_force": "NaN"}), "csv")
    assert counts(ingest_file(path, "dynamometer", clinic.door)) == (3, 2, 0, 1)
    path = written(csv(ROW, columns=sorted(ROW)), "csv")
    assert counts(ingest_file(path, "dynamometer", clinic.door)) == (1, 0, 1, 0)


def test_a_rejected_row_is_kept_with_the_names_of_its_columns(clinic: Any, written: Any) -> None:
    ingest_file(written(csv(ROW | {"side": "top"}), "csv"), "dynamometer", clinic.door)
    (kept,) = clinic.store.quarantine.of("dynamometer")
    assert kept.columns == tuple(ROW)
    assert kept.raw == csv(ROW | {"side": "top"}).splitlines()[1]


def test_a_table_without_a_needed_column_is_refused_as_a_whole(clinic: Any, written: Any) -> None:
    path = written(csv(ROW, columns=["patient_ref", "measured_at"]), "csv")
    with pytest.raises(FileRefused, match="peak_force"):
        ingest_file(path, "dynamometer", clinic.door)
    assert clinic.kafka.messages == []


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("source", ["therapist_form", "dynamometer"])
def test_an_empty_file_is_refused_and_not_remembered(
    clinic: Any, written: Any, content: bytes, source: str
) -> None:
    with pytest.raises(FileRefused, match=r"The file file\.jsonl is empty"):
        ingest_file(written(content), source, clinic.door)
    assert clinic.store.connection.execute("SELECT count(*) FROM files").fetchone() == (0,)


def test_what_is_in_flight_and_what_was_dropped_is_counted(clinic: Any, make_form: Any, written: Any) -> None:
    path = written([make_form("P1", "M1", mood="fine", weather="wet"), make_form("P1", "M2", mood="fine")])
    clinic.kafka.fail_at = 0
    with pytest.raises(PublishFailed):
        ingest_file(path, "therapist_form", clinic.door)
    other = ingest_file(written([make_form("P2", "M3")]), "therapist_form", clinic.door)
    assert (other.in_flight, other.dropped) == (2, 0)
    path = written([make_form("P1", "M1", mood="fine", weather="wet"), make_form("P1", "M2", mood="fine")])
    report = ingest_file(path, "therapist_form", clinic.door)
    assert (report.in_flight, report.dropped) == (0, 3)
    assert ingest_file(path, "therapist_form", clinic.door).dropped == 3


def test_binary_rubbish_is_rejected_line_by_line(clinic: Any, written: Any) -> None:
    content = bytes(range(256)) * 40
    report = ingest_file(written(content), "therapist_form", clinic.door)
    assert report.received == report.rejected == content.count(b"\n") + 1


def test_an_array_in_a_json_file_is_read_element_by_element(
    clinic: Any, make_form: Any, written: Any
) -> None:
    forms = [json.loads(make_form("P1", f"M{number}")) for number in range(3)]
    path = written(json.dumps([*forms, 7], indent=1).encode(), "json")
    assert counts(ingest_file(path, "therapist_form", clinic.door)) == (4, 3, 0, 1)


def test_a_line_that_is_too_long_is_rejected_and_its_neighbours_are_not(
    clinic: Any, make_form: Any, written: Any
) -> None:
    path = written([make_form("P1", "M1"), b"x" * 3_000_000, make_form("P1", "M2")])
    report = ingest_file(path, "therapist_form", clinic.door)
    assert counts(report) == (3, 2, 0, 1)
    assert report.reasons == {"too_large": 1}


def test_two_runs_over_one_file_are_refused(
    clinic: Any, make_form: Any, written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH", 1)
    path = written([make_form("P1", f"M{number}") for number in range(3)])

    def other_run(done: int, _total: int) -> None:
        if done == 1:
            ingest_file(path, "therapist_form", clinic.door)

    with pytest.raises(DoorError, match="same file at this moment"):
        ingest_file(path, "therapist_form", clinic.door, other_run)
    assert ingest_file(path, "therapist_form", clinic.door).received == 3


def test_an_unknown_source_is_refused(clinic: Any, written: Any) -> None:
    with pytest.raises(UnknownSource, match="There is no source"):
        ingest_file(written(b"{}"), "nobody", clinic.door)


def test_an_origin_names_neither_the_file_nor_a_person(clinic: Any, make_form: Any, written: Any) -> None:
    ingest_file(written([make_form("P1", "M1")]), "therapist_form", clinic.door)
    (receipt,) = clinic.kafka.receipts().values()
    assert re.fullmatch(r"therapist_form/[0-9a-f]{64}/1", receipt["origin"])
