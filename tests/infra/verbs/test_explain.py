import json
from collections.abc import Callable
from typing import Any

from infra.workload import Record

Myomap = Callable[..., Any]


def test_a_patient_is_explained_to_people_and_to_programs(myomap: Myomap, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    said = myomap("explain", key)
    assert said.code == 0
    assert "Low back pain" in said.out
    found = json.loads(myomap("explain", key, "--json").out)
    assert found["patient_key"] == key
    assert found["lines"] == said.out.splitlines()
    assert found["episodes"][0]["episode_id"]


def test_a_track_and_a_past_day_can_be_asked_for(myomap: Myomap, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    said = myomap("explain", key, "--track", "lumbar_extensors:bilateral", "--at", "2026-01-06")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("As it stood on 6 January 2026 at 23:59 (Europe/Berlin)")
    assert "lumbar extensors, both sides: S0 single joint, since 5 January 2026." in said.out


def test_a_mistake_is_one_sentence(myomap: Myomap, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    for words, begins in (
        (("--track", "deltoid"), "This patient has no track deltoid."),
        (("--track", "tail"), "There is no muscle group tail."),
        (("--at", "soon"), "The time soon cannot be read."),
    ):
        said = myomap("explain", key, *words)
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith(f"myomap: {begins}")
        assert len(said.err.splitlines()) == 1


def test_a_patient_whom_nobody_knows_is_one_sentence(myomap: Myomap, stored: list[Record]) -> None:
    said = myomap("explain", "f" * 32)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"myomap: No patient with the key {'f' * 32} is in the stores of")
