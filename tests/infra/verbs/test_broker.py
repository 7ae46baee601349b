import json
from collections.abc import Callable
from typing import Any

import pytest

Myomap = Callable[..., Any]


def test_a_broker_that_does_not_run_is_told_with_how_to_start_it(myomap: Myomap) -> None:
    said = myomap("broker", "status")
    assert (said.code, said.out) == (1, "Kafka is not running. Start it with 'myomap broker start'.\n")
    assert json.loads(myomap("broker", "status", "--json").out)["running"] is False


def test_stopping_what_does_not_run_is_no_error(myomap: Myomap) -> None:
    said = myomap("broker", "stop")
    assert (said.code, said.out) == (0, "No Kafka of this home was running.\n")


@pytest.mark.parametrize("verb", ["start", "stop", "status"])
def test_a_broker_of_the_user_is_left_alone(myomap: Myomap, verb: str) -> None:
    said = myomap("broker", verb, "--broker", "kafka:9092")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: The broker kafka:9092 is yours; Myomap neither starts nor stops it.")


@pytest.mark.broker
def test_a_taken_port_is_refused_in_one_sentence(myomap: Myomap, taken_port: int) -> None:
    said = myomap("broker", "start", "--port", str(taken_port), "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"myomap: Port {taken_port}, asked for as the broker's, is in use by process")


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_does_not_exist_is_refused(myomap: Myomap, port: str) -> None:
    said = myomap("broker", "start", "--port", port)
    assert said.code == 2
    assert "--port" in said.err
