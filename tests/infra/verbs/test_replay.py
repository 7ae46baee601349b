import json
from collections.abc import Callable
from typing import Any

Myomap = Callable[..., Any]


def test_an_empty_lake_agrees(myomap: Myomap) -> None:
    said = myomap("replay", "--check", "--landed-only")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "What the stream published is what the lake's events give."
    found = json.loads(myomap("replay", "--check", "--landed-only", "--json").out)
    assert (found["agrees"], found["different"]) == (True, 0)
    assert [each["check"] for each in found["checks"]] == ["states", "facts"]


def test_a_difference_is_exit_code_one(myomap: Myomap, monkeypatch: Any) -> None:
    from infra import replaying
    from warehouse.parity import STATES, Compared

    report = replaying.report_of((Compared(STATES, 3, 0, 1),))
    monkeypatch.setattr(replaying, "replay_check", lambda settings, landed_only: report)
    said = myomap("replay", "--check", "--json")
    assert said.code == 1
    assert json.loads(said.out)["agrees"] is False


def test_a_replay_without_its_purpose_says_how_it_is_called(myomap: Myomap) -> None:
    said = myomap("replay")
    assert said.code == 2
    assert "myomap replay --check" in said.err
