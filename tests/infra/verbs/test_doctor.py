import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.broker  # it asks for Kafka's jars, which are downloaded the first time

Myomap = Callable[..., Any]


def test_what_is_wrong_comes_with_what_to_do(myomap: Myomap, taken_port: int) -> None:
    said = myomap("doctor", http_port=taken_port)
    assert said.code == 1
    lines = said.out.splitlines()
    (position,) = [index for index, line in enumerate(lines) if line.startswith(f"LOOK port {taken_port}")]
    assert "MYOMAP_HTTP_PORT" in lines[position + 1]


def test_programs_get_every_finding(myomap: Myomap) -> None:
    found = json.loads(myomap("doctor", "--json").out)
    assert {"Python", "Java", "Kafka", "disk", "broker", "home"} <= {each["subject"] for each in found}
