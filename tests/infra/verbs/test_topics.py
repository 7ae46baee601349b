import json
from collections.abc import Callable
from typing import Any

import pytest

Myomap = Callable[..., Any]


def test_without_a_broker_it_says_how_to_have_one(myomap: Myomap) -> None:
    said = myomap("topics", broker="127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")
    assert "myomap broker start" in said.err


@pytest.mark.broker
def test_missing_topics_are_made_and_all_are_shown(
    myomap: Myomap, clean_topics: Callable[..., None], broker: str
) -> None:
    clean_topics(partitions=4)
    first = json.loads(myomap("topics", "--json", broker=broker, partitions=4).out)
    assert "myomap.raw.dynamometer" in first["made"]
    again = json.loads(myomap("topics", "--json").out)
    assert again["made"] == []
    assert {each["partitions"] for each in again["topics"]} == {4}
    shown = myomap("topics").out
    assert "the last value of each key" in shown
    assert "7 days" in shown
