import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.settings import Home

Myomap = Callable[..., Any]


def test_a_file_that_is_not_there_is_one_sentence(myomap: Myomap, tmp_path: Path) -> None:
    missing = tmp_path / "nothing.csv"
    said = myomap("ingest", "file", str(missing), "--source", "dynamometer")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(f"myomap: There is no file {missing}.\n")


def test_an_unknown_source_is_refused_before_a_broker_is_started(
    myomap: Myomap, tmp_path: Path, home: Home
) -> None:
    path = tmp_path / "some.csv"
    path.touch()
    said = myomap("ingest", "file", str(path), "--source", "nobody")
    assert said.code == 1
    assert "There is no source 'nobody'; the sources are: " in said.err
    assert not home.broker.exists()


def test_a_key_is_made_for_a_known_source_only(myomap: Myomap) -> None:
    made = json.loads(myomap("ingest", "key", "dynamometer", "--json").out)
    again = json.loads(myomap("ingest", "key", "dynamometer", "--json").out)
    assert made["source"] == "dynamometer"
    assert made["key"] != again["key"]
    assert "X-API-Key" in myomap("ingest", "key", "dynamometer").out
    assert myomap("ingest", "key", "nobody").code == 1


def test_the_door_is_not_served_without_a_broker(myomap: Myomap) -> None:
    said = myomap("ingest", "serve", "--broker", "127.0.0.1:1")
    assert said.code == 1
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")


def test_an_unknown_source_is_not_replayed_and_no_broker_is_started(myomap: Myomap, home: Home) -> None:
    said = myomap("ingest", "replay", "nobody")
    assert said.code == 1
    assert "There is no source 'nobody'; the sources are: " in said.err
    assert not home.broker.exists()


def test_rejected_and_lookup_need_no_broker_and_say_what_is_not_there(myomap: Myomap, home: Home) -> None:
    assert json.loads(myomap("ingest", "rejected", "home_app", "--actor", "T01", "--json").out) == []
    gone = myomap("ingest", "rejected", "home_app", "--actor", "T01", "--ref", "q-1")
    assert (gone.code, "No rejected record of home_app is kept as q-1" in gone.err) == (1, True)
    unknown = myomap("ingest", "lookup", "P1", "--actor", "T01")
    assert (unknown.code, "No patient is known by this reference" in unknown.err) == (1, True)
    assert not home.broker.exists()


def test_a_folder_is_not_taken_in(myomap: Myomap, tmp_path: Path) -> None:
    said = myomap("ingest", "file", str(tmp_path), "--source", "dynamometer")
    assert (said.code, "is a folder. Name one file of it." in said.err) == (1, True)
