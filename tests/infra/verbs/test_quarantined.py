import json
from collections.abc import Callable
from typing import Any

import pytest

Myomap = Callable[..., Any]


@pytest.mark.parametrize(
    "words",
    [(), ("--partition", "1"), ("--offset", "1"), ("--all", "--reason", "empty")],
    ids=["none", "no offset", "no partition", "two ways"],
)
def test_a_replay_that_does_not_say_which_records_is_refused(myomap: Myomap, words: tuple[str, ...]) -> None:
    said = myomap("quarantined", "replay", *words, "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: Say which records, in one way: --partition N --offset M")


def test_a_reason_that_does_not_exist_is_told_those_that_do(myomap: Myomap) -> None:
    said = myomap("quarantined", "replay", "--reason", "odd", "--broker", "127.0.0.1:1")
    assert said.err.startswith("myomap: There is no reason 'odd'; it must be one of empty, not_decodable")


def test_without_a_broker_the_list_is_one_sentence(myomap: Myomap) -> None:
    said = myomap("quarantined", "list", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")


@pytest.mark.broker
def test_on_a_log_without_trouble_there_is_nothing_to_list_or_to_read_again(
    myomap: Myomap, broker: str, clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=4)
    here = {"broker": broker, "partitions": 4}
    assert myomap("quarantined", "list", **here).out == "No record was set aside.\n"
    assert json.loads(myomap("quarantined", "list", "--json", **here).out) == []
    said = myomap("quarantined", "replay", "--all", **here)
    assert (said.code, said.out.splitlines()[0]) == (
        0,
        "No open record was chosen. See which there are: myomap quarantined list",
    )
