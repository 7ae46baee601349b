import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contracts.settings import Home
from warehouse.gate import keep_gate
from warehouse.quality import Checked

Myomap = Callable[..., Any]
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BAD = Checked(
    "side_swapped", "Sides fit.", "plausibility", "refuse", "lake.events", False, 2.0, 1.0,
    "1 places", "", "SELECT 1", "new", "7",
)  # fmt: skip


def test_what_fails_is_listed_and_status_says_why_a_candidate_was_refused(myomap: Myomap, home: Home) -> None:
    keep_gate(home.marts, "7", AT, AT, [BAD], "1 of 1 quality checks failed: side_swapped (1 places).")
    assert "side_swapped" in myomap("checks", "list").out
    (found,) = json.loads(myomap("checks", "list", "--json").out)
    assert (found["check_id"], found["severity"], found["status"]) == ("side_swapped", "refuse", "new")
    assert "candidate 7 was refused. 1 of 1 quality checks failed" in myomap("status").out
    assert json.loads(myomap("status", "--json").out)["gate"]["release"] == "7"


def test_where_nothing_fails_a_sentence_says_so(myomap: Myomap, home: Home) -> None:
    keep_gate(home.marts, "7", AT, AT, [dataclasses.replace(BAD, passed=True, status="passed")], None)
    assert "No check of the last gate fails" in myomap("checks", "list").out
    assert "side_swapped" in myomap("checks", "list", "--all").out


def test_rows_of_a_home_without_a_build_are_refused_in_a_sentence(myomap: Myomap) -> None:
    said = myomap("checks", "show", "cadence")
    assert (said.code, said.out) == (1, "")
    assert "Build a release: myomap refresh" in said.err
