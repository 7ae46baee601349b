"""A gate remembers: what is new, what persists, what was put right, and what drifts towards its limit."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse.gate import (
    HISTORY,
    KEPT,
    LAST,
    judge,
    keep_gate,
    last_gate,
    passed_last,
    read_history,
    told_of,
)
from warehouse.quality import Checked
from warehouse.refused import LakeRefused

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
FINE = Checked("c", "Says.", "plausibility", "warn", "t", True, 0.1, 1.0, "fine", "", "SELECT 1")
BAD = replace(FINE, passed=False, metric=2.0)


def gated(marts: Path, release: str, check: Checked, refused: str | None = None) -> Checked:
    (judged,) = judge(marts, release, [check])
    keep_gate(marts, release, AT, AT, [judged], refused)
    return judged


def test_a_failure_is_new_then_persists_and_is_resolved_with_the_release_since_which(tmp_path: Path) -> None:
    told = [
        (each.status, each.since_release)
        for each in (
            gated(tmp_path, release, check)
            for release, check in (("1", FINE), ("2", BAD), ("3", BAD), ("4", FINE), ("5", FINE), ("6", BAD))
        )
    ]
    assert told == [
        ("passed", ""), ("new", "2"), ("persisting", "2"), ("resolved", "4"), ("passed", ""), ("new", "6"),
    ]  # fmt: skip


def test_a_metric_that_rises_steadily_towards_its_limit_drifts(tmp_path: Path) -> None:
    rising = [0.3, 0.45, 0.5, 0.62, 0.75]
    told = [gated(tmp_path, str(n), replace(FINE, metric=metric)) for n, metric in enumerate(rising)]
    assert [each.status for each in told] == ["passed"] * 4 + ["drifting"]
    assert told[-1].since_release == "0"
    assert gated(tmp_path, "5", replace(FINE, metric=0.7)).status == "passed", "it fell again"


def test_a_low_metric_that_rises_is_nothing_yet(tmp_path: Path) -> None:
    told = [gated(tmp_path, str(n), replace(FINE, metric=0.01 * (1 + n))) for n in range(7)]
    assert {each.status for each in told} == {"passed"}


def test_a_refused_gate_is_kept_with_its_sentence_and_its_checks(tmp_path: Path) -> None:
    assert last_gate(tmp_path) is None
    assert not passed_last(tmp_path)
    gated(tmp_path, "7", replace(BAD, severity="refuse"), "1 of 1 quality checks failed")
    found = last_gate(tmp_path)
    assert found is not None
    assert (found.release, found.refused) == ("7", "1 of 1 quality checks failed")
    assert [(each["check_id"], each["status"]) for each in found.checks] == [("c", "new")]
    assert not passed_last(tmp_path)
    gated(tmp_path, "7", FINE)
    assert passed_last(tmp_path)


def test_a_gate_that_never_came_to_its_checks_leaves_the_history_as_it_was(tmp_path: Path) -> None:
    gated(tmp_path, "1", BAD)
    keep_gate(tmp_path, "2", AT, AT, [], "The marts did not pass")
    assert len(read_history(tmp_path).lines) == 1
    assert gated(tmp_path, "2", BAD).status == "persisting"


def test_the_history_is_bounded_and_what_cannot_be_read_of_it_is_passed_over(tmp_path: Path) -> None:
    gated(tmp_path, "1", BAD)
    line = (tmp_path / HISTORY).read_bytes()
    (tmp_path / HISTORY).write_bytes(b"torn\n" + line * (KEPT + 5))
    assert gated(tmp_path, "2", BAD).since_release == "1"
    assert len(read_history(tmp_path).lines) == KEPT
    (tmp_path / LAST).write_bytes(b"torn")
    assert last_gate(tmp_path) is None


def test_a_full_disk_leaves_the_last_gate_whole(tmp_path: Path, failing_disk: Any) -> None:
    gated(tmp_path, "1", FINE)
    before = [(tmp_path / name).read_bytes() for name in (LAST, HISTORY)]
    with pytest.raises(LakeRefused):
        keep_gate(tmp_path, "2", AT, AT, [BAD], None, failing_disk(0))
    assert [(tmp_path / name).read_bytes() for name in (LAST, HISTORY)] == before


def test_how_many_warn_and_refuse_is_told_in_a_line() -> None:
    checks = [FINE, BAD, replace(BAD, severity="refuse")]
    assert told_of(checks) == "1 of 3 checks passed, 1 warn, 1 refuse"
    assert told_of([FINE]) == "1 of 1 checks passed"
