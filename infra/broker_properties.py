"""The configuration of the local Kafka: one node, this machine only, small."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BrokerAddress:
    """Ports on 127.0.0.1: for clients, and for the broker's own controller."""

    port: int
    controller_port: int


def properties(address: BrokerAddress, data: Path) -> str:
    """The text of ``server.properties``."""
    lines = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{address.controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{address.port},CONTROLLER://127.0.0.1:{address.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{address.port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": _escaped(data),
        # A topic that nobody declared is a mistake, not a wish.
        "auto.create.topics.enable": "false",
        # One node cannot keep more than one copy.
        "default.replication.factor": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # Small: it shares a laptop with everything else.
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.num.partitions": "1",
        "num.network.threads": "2",
        "num.io.threads": "4",
        # A single worker need not wait for others to join.
        "group.initial.rebalance.delay.ms": "0",
        "message.max.bytes": "8388608",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _escaped(path: Path) -> str:
    # In a properties file a backslash and a comma would change the meaning of a path.
    return str(path).replace("\\", "\\\\")
