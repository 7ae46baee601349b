import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Myomap = Callable[..., Any]


def test_the_same_seed_writes_the_same_files(myomap: Myomap, tmp_path: Path) -> None:
    one, other = (str(tmp_path / name) for name in ("one", "other"))
    said = myomap("simulate", one, "--small", "--seed", "3", "--json")
    assert said.code == 0
    written = json.loads(said.out)
    assert written["patients"] > 0
    shown = myomap("simulate", other, "--small", "--seed", "3").out
    assert f"Writtento{other}" in "".join(shown.split())
    for each in written["files"]:
        assert (Path(one) / each["path"]).read_bytes() == (Path(other) / each["path"]).read_bytes()


def test_by_default_the_files_go_to_the_home(myomap: Myomap, tmp_path: Path) -> None:
    said = json.loads(myomap("simulate", "--small", "--json").out)
    assert Path(said["folder"]).is_relative_to(tmp_path / "home")


def test_a_folder_that_is_a_file_is_one_sentence(myomap: Myomap, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        said = myomap("simulate", str(target), "--small")
        assert (said.code, said.out) == (1, "")
        assert said.err.endswith("file is a file. Name another one.\n")
