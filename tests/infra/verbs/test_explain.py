import json
from collections.abc import Callable
from typing import Any

from infra.workload import Record

Myomap = Callable[..., Any]


def test_a_patient_is_explained_to_people_and_to_programs(myomap: Myomap, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    said = myomap("explain", key)
    assert said.code == 0
    assert "low back pain" in said.out
    found = json.loads(myomap("explain", key, "--json").out)
    assert found["patient_key"] == key
    assert found["lines"] == said.out.splitlines()
    assert found["episodes"][0]["episode_id"]


def test_a_patient_whom_nobody_knows_is_one_sentence(myomap: Myomap, stored: list[Record]) -> None:
    said = myomap("explain", "f" * 32)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"myomap: No patient with the key {'f' * 32} is in the stores of")
