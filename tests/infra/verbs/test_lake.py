import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.settings import Home

Myomap = Callable[..., Any]


def test_a_lake_that_is_whole_is_exit_code_zero(myomap: Myomap) -> None:
    said = myomap("lake", "verify")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "The lake is what its manifest says."
    assert json.loads(myomap("lake", "verify", "--json").out)["findings"] == []


def test_something_wrong_is_exit_code_one_with_what_to_do(myomap: Myomap, home: Home) -> None:
    stray = home.lake / "events" / "p000" / "orphan.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left")
    said = myomap("lake", "verify")
    assert said.code == 1
    assert "the next landing removes them (myomap refresh)" in said.out
    found = json.loads(myomap("lake", "verify", "--json").out)["findings"]
    assert [(each["code"], each["where"]) for each in found] == [("stray", str(stray))]


def test_a_lake_without_a_readable_manifest_is_one_sentence(myomap: Myomap, home: Home) -> None:
    home.lake.mkdir(parents=True)
    (home.lake / "manifest.json").write_text("{")
    said = myomap("lake", "verify")
    assert (said.code, said.out) == (1, "")
    assert "Restore it from a backup of the lake" in said.err


def test_where_nothing_is_due_nothing_is_compacted(myomap: Myomap) -> None:
    assert myomap("lake", "compact").out == "Nothing is due: the lake has 0 files.\n"
    assert json.loads(myomap("lake", "compact", "--json").out)["files"] == []


def test_what_was_merged_is_said(myomap: Myomap, monkeypatch: pytest.MonkeyPatch) -> None:
    from infra import lake_care

    report = lake_care.CompactReport(before=25, after=6, files=("events/p000/a.parquet",))
    monkeypatch.setattr(lake_care, "compact_lake", lambda settings, on_file: report)
    assert myomap("lake", "compact").out == "25 files became 6, 1 of them new.\n"
