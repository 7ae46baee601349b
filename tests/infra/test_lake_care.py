"""What an operator is told of the lake, and compaction on demand."""

from collections.abc import Callable

from contracts.settings import Settings
from infra.lake_care import SHOWN, compact_lake, lines_of, verify_lake
from warehouse.verification import Finding, Verified


def report(*findings: Finding, without_checksum: int = 0) -> Verified:
    return Verified("there/manifest.json", 3, 1200, 2_500_000, without_checksum, findings)


def test_a_whole_lake_is_said_with_how_much_was_read() -> None:
    assert lines_of(report()) == [
        "3 files with 1,200 rows (2.5 MB) were read, as there/manifest.json names them.",
        "The lake is what its manifest says.",
    ]


def test_what_is_damaged_is_named_with_what_to_do() -> None:
    lines = lines_of(
        report(Finding("checksum", "there/a.parquet", "its bytes are not those that were landed"))
    )
    assert lines[1] == "  checksum: there/a.parquet: its bytes are not those that were landed"
    assert "Restore what is damaged from a backup" in lines[-1]


def test_a_stray_needs_no_backup() -> None:
    lines = lines_of(report(Finding("stray", "there/a.parquet", "no manifest names it")))
    assert "the next landing removes them" in lines[-1]


def test_of_many_findings_the_first_are_told_and_the_rest_is_counted() -> None:
    many = [Finding("missing", f"there/{number}", "it is not there") for number in range(SHOWN + 5)]
    assert lines_of(report(*many))[SHOWN + 1] == "  and 5 more; --json lists all"


def test_files_without_a_checksum_are_counted() -> None:
    assert "3 files have no checksum yet" in lines_of(report(without_checksum=3))[1]


def test_a_home_without_a_lake_is_whole_and_has_nothing_to_compact(at_home: Callable[..., Settings]) -> None:
    settings = at_home()
    assert verify_lake(settings, lambda _done, _total: None).findings == ()
    assert compact_lake(settings, lambda _done, _total: None).files == ()
