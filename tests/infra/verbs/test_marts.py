import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Myomap = Callable[..., Any]


def test_a_question_is_answered_for_people_and_for_programs(myomap: Myomap, release: Path) -> None:
    question = "SELECT count(*) AS episodes FROM fct_episode"
    said = myomap("marts", "sql", question, "--json")
    assert (said.code, json.loads(said.out)) == (0, [{"episodes": 3}])
    shown = myomap("marts", "sql", question).out
    assert "Release 7" in shown
    assert "episodes" in shown


def test_writing_is_refused_in_one_sentence(myomap: Myomap, release: Path) -> None:
    said = myomap("marts", "sql", "DELETE FROM fct_episode")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "myomap: One SELECT is answered and nothing else; a release is never changed in place.\n"
    )


def test_without_a_release_it_says_how_to_make_one(myomap: Myomap) -> None:
    said = myomap("marts", "sql", "SELECT 1")
    assert said.code == 1
    assert said.err.endswith("Make one with: myomap refresh\n")


def test_docs_says_where_the_page_lies(
    myomap: Myomap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("infra.marts_docs.write_docs", lambda home: tmp_path / "docs.html")
    assert myomap("marts", "docs").out.strip().endswith("docs.html")
