import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.settings import Home

Myomap = Callable[..., Any]


def test_a_door_comes_back_from_its_copy(myomap: Myomap, home: Home, tmp_path: Path) -> None:
    myomap("ingest", "key", "dynamometer")
    copy = tmp_path / "copy"
    said = json.loads(myomap("backup", str(copy), "--json").out)
    assert (said["folder"], said["files"] > 0) == (str(copy), True)
    home.door.rename(tmp_path / "lost")
    back = json.loads(myomap("restore", str(copy), "--json").out)
    assert back["folder"] == str(home.door)
    assert "It holds identifiers" in myomap("backup", str(tmp_path / "again")).out


def test_what_cannot_be_copied_is_one_sentence(myomap: Myomap, tmp_path: Path) -> None:
    nothing = myomap("backup", str(tmp_path / "copy"))
    assert (nothing.code, nothing.out) == (1, "")
    assert "There is no door in" in nothing.err
    missing = myomap("restore", str(tmp_path / "copy"))
    assert (missing.code, missing.err) == (1, f"myomap: There is no backup folder {tmp_path / 'copy'}.\n")
