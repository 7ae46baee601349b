import json
from collections.abc import Callable
from typing import Any

import pytest


def test_without_a_broker_nothing_is_rebuilt_and_one_sentence_says_so(myomap: Callable[..., Any]) -> None:
    said = myomap("stream", "rebuild", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.strip().startswith("myomap: No Kafka answers at 127.0.0.1:1 ")


def test_a_partition_below_zero_is_a_mistake_of_the_call(myomap: Callable[..., Any]) -> None:
    assert myomap("stream", "rebuild", "--partition", "-1").code == 2


@pytest.mark.broker
def test_what_was_rebuilt_is_told_to_people_and_to_programs(
    myomap: Callable[..., Any], broker: str, clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=2)
    here = {"broker": broker, "partitions": 2}
    found = json.loads(myomap("stream", "rebuild", "--json", **here).out)
    assert [(each["partition"], each["next_offset"], each["replaced"]) for each in found] == [
        (0, 0, None),
        (1, 0, None),
    ]
    said = myomap("stream", "rebuild", "--partition", "1", **here)
    assert said.code == 0
    assert "partition-0001.sqlite.replaced-" in said.out
    assert said.out.endswith("They are published. The worker reads on from there: myomap stream\n")
