from pathlib import Path

from infra.broker_properties import BrokerAddress, properties


def read(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_the_broker_listens_on_this_machine_only() -> None:
    found = read(properties(BrokerAddress(9192, 9193), Path("/data")))
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193"
    assert found["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9192"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9193"


def test_one_node_keeps_one_copy_of_everything() -> None:
    found = read(properties(BrokerAddress(1, 2), Path("/data")))
    copies = {name: value for name, value in found.items() if name.endswith((".factor", "min.isr"))}
    assert len(copies) == 6
    assert set(copies.values()) == {"1"}


def test_topics_that_nobody_declared_are_not_made() -> None:
    assert read(properties(BrokerAddress(1, 2), Path("/data")))["auto.create.topics.enable"] == "false"


def test_a_backslash_in_a_path_stays_one() -> None:
    assert read(properties(BrokerAddress(1, 2), Path("/a\\b")))["log.dirs"] == "/a\\\\b"
