from collections.abc import Callable
from typing import Any


def test_without_a_broker_a_refresh_is_refused_in_one_sentence(myomap: Callable[..., Any]) -> None:
    said = myomap("refresh", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")
