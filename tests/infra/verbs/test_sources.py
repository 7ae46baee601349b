import json
from collections.abc import Callable
from typing import Any

Myomap = Callable[..., Any]


def test_every_source_is_listed_with_its_version(myomap: Myomap) -> None:
    said = myomap("sources", "list", "--json")
    assert said.code == 0
    listed = {each["source"]: each for each in json.loads(said.out)}
    assert {"therapist_form", "motion_sensor", "home_app", "dynamometer"} <= listed.keys()
    assert all(each["version"] >= 1 and each["fields"] and each["owner"] for each in listed.values())
    assert "therapist_form" in myomap("sources", "list").out


def test_a_source_is_shown_field_by_field(myomap: Myomap) -> None:
    shown = json.loads(myomap("sources", "show", "dynamometer", "--json").out)
    assert shown["source"] == "dynamometer"
    assert {"name", "type", "unit", "privacy", "description"} <= shown["fields"][0].keys()
    assert myomap("sources", "show", "dynamometer").code == 0


def test_an_unknown_source_is_one_sentence_that_lists_the_known(myomap: Myomap) -> None:
    said = myomap("sources", "show", "nobody")
    assert said.code == 1
    assert said.err.startswith("myomap: There is no source 'nobody'; the sources are: ")
    assert "Traceback" not in said.err


def test_an_unknown_version_is_one_sentence(myomap: Myomap) -> None:
    said = myomap("sources", "show", "dynamometer", "--version", "99")
    assert (said.code, said.out) == (1, "")
    assert "has no version 99" in said.err
