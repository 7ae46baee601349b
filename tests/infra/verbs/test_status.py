import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Myomap = Callable[..., Any]


def test_an_empty_home_is_told_plainly(myomap: Myomap) -> None:
    said = myomap("status")
    assert said.code == 0
    assert "Current release: none yet; myomap refresh makes one" in said.out
    assert "worker" in said.out


def test_programs_get_the_same(myomap: Myomap, release: Path) -> None:
    found = json.loads(myomap("status", "--json").out)
    assert found["release"] == "7"
    assert [each["service"] for each in found["services"]][:3] == ["broker", "door", "worker"]
