import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Home
from infra.workload import Record
from streams.progression.policy import POLICIES

Myomap = Callable[..., Any]


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A draft that asks for six good sessions in a row."""
    text = POLICIES.joinpath("default_msk", "v1.yaml").read_text(encoding="utf-8")
    path = tmp_path / "default_msk" / "v9.yaml"
    path.parent.mkdir()
    text = text.replace("version: 1", "version: 9").replace(
        "consecutive_sessions: 2", "consecutive_sessions: 6"
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_the_released_policies_can_be_used(myomap: Myomap) -> None:
    said = myomap("policy", "check")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "The policies can be used."
    assert json.loads(myomap("policy", "check", "default_msk@1", "--json").out)["usable"]


def test_a_draft_that_is_wrong_fails_with_its_complaints(myomap: Myomap, draft: Path) -> None:
    draft.write_text(draft.read_text().replace("pain_during", "mood"), encoding="utf-8")
    said = myomap("policy", "check", str(draft))
    assert said.code == 1
    assert "mood" in said.out
    assert said.out.splitlines()[-1] == f"The policy {draft} cannot be used."
    found = json.loads(myomap("policy", "check", str(draft), "--json").out)
    assert not found["usable"]
    assert {each["severity"] for each in found["findings"]} >= {"error"}


def test_a_policy_that_is_not_there_is_one_sentence(myomap: Myomap) -> None:
    for verb in ("check", "try"):
        said = myomap("policy", verb, "nobody@1")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("myomap: There is no policy nobody")


def test_a_draft_is_tried_on_what_is_stored(
    myomap: Myomap, home: Home, stored: list[Record], draft: Path
) -> None:
    said = myomap("policy", "try", str(draft))
    assert said.code == 0
    assert "default_msk version 9 (draft v9.yaml)" in said.out
    assert "Nothing in the live state was changed." in said.out
    assert (home.root / "what-if").is_dir()
    assert len(list((home.root / "what-if").glob("*.svg"))) == 1


def test_programs_get_the_same_bytes_each_time(
    myomap: Myomap, stored: list[Record], draft: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "there.svg"
    words = ("policy", "try", str(draft), "--json", "--picture", str(picture))
    first, drawn = myomap(*words).out, picture.read_bytes()
    assert (myomap(*words).out, picture.read_bytes()) == (first, drawn)
    found = json.loads(first)
    assert found["now"]["lower"] == 1
    assert found["tracks_differing"][0]["parting"]["tried"]["rule"] == "consecutive_sessions"
    assert found["picture"] == str(picture)


def test_a_strange_condition_or_place_is_refused(myomap: Myomap, stored: list[Record]) -> None:
    said = myomap("policy", "try", "default_msk", "--condition", "flu")
    assert said.err.startswith("myomap: There is no condition flu.")
    assert myomap("policy", "try", "default_msk", "--from", "memory").code == 2
