import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from contracts.settings import Home
from infra.workload import Record

Myomap = Callable[..., Any]


def test_a_home_without_stores_has_nothing_to_refold(myomap: Myomap) -> None:
    said = myomap("stream", "refold", "--dry-run")
    assert (said.code, said.out) == (1, "")
    assert said.err.strip().startswith("myomap: There is no state store in ")


def test_a_dry_run_tells_what_would_change_and_needs_no_broker(
    myomap: Myomap, home: Home, stored: list[Record]
) -> None:
    said = myomap("stream", "refold", "--dry-run")
    assert said.code == 0
    assert "already: nothing to refold." in said.out
    (path,) = home.streams.glob("partition-*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET rules_version = 'older'")
        connection.commit()
    said = myomap("stream", "refold", "--dry-run")
    assert "0 of 1 tracks of 1 patients would change stage" in said.out
    assert "Nothing was written. To do it: myomap stream refold" in said.out
    found = json.loads(myomap("stream", "refold", "--dry-run", "--json").out)
    assert (found["dry_run"], found["partitions"], found["moves"]) == (True, [0], [])


def test_without_a_broker_nothing_is_refolded(myomap: Myomap, stored: list[Record]) -> None:
    said = myomap("stream", "refold", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.strip().startswith("myomap: No Kafka answers at 127.0.0.1:1 ")
