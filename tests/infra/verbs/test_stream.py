from collections.abc import Callable
from typing import Any


def test_without_a_broker_the_worker_says_so_in_one_sentence(myomap: Callable[..., Any]) -> None:
    said = myomap("stream", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")
    assert "Traceback" not in said.err
