"""A release says of itself what it covers and what was checked."""

import json
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.ops_tables import BuiltFacts, keep_results
from warehouse.parity import Compared
from warehouse.quality import Checked

CHECKED = Checked(
    "a", "Says.", "plausibility", "warn", "t", True, 0.5, 1.0, "fine", "", "SELECT 1", "resolved", "6"
)


def test_what_was_compared_and_checked_is_in_tables_with_the_release(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "working.duckdb"
    facts = BuiltFacts(now, 26, 3, {"events": {"0": 26}})
    for _ in range(2):
        keep_results(path, "7", facts, [Compared("states", 5, 1, 0)], [CHECKED])
    with duckdb.connect(str(path), read_only=True) as connection:
        (release,) = connection.execute("SELECT * FROM ops_release").df().to_dict("records")
        assert (release["release"], release["events"], release["patients"]) == ("7", 26, 3)
        assert json.loads(release["offsets"]) == {"events": {"0": 26}}
        assert connection.execute(
            "SELECT name, compared, skipped, different, release FROM ops_parity"
        ).fetchall() == [("states", 5, 1, 0, "7")]
        assert connection.execute(
            "SELECT check_id, passed, severity, since_release, as_of FROM ops_quality"
        ).fetchall() == [("a", True, "warn", "6", now)]


def test_without_any_check_the_tables_are_there_and_empty(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "working.duckdb"
    keep_results(path, "7", BuiltFacts(now, 0, 0, {}), [], [])
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM ops_quality").fetchone() == (0,)
