import os
import socket

import pytest

from infra.ports import free_ports, holder, is_free, is_open
from infra.refusal import Refusal


def test_free_ports_are_different_and_free() -> None:
    found = free_ports(5)
    assert len(set(found)) == 5
    assert all(is_free("127.0.0.1", port) for port in found)


def test_a_taken_port_is_open_and_not_free_and_its_holder_is_named(taken_port: int) -> None:
    assert is_open("127.0.0.1", taken_port)
    assert not is_free("127.0.0.1", taken_port)
    assert str(os.getpid()) in holder(taken_port)


def test_nobody_answers_on_a_free_port() -> None:
    (port,) = free_ports(1)
    assert not is_open("127.0.0.1", port)
    assert holder(port) == "another process"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_refused_and_no_process_is_blamed(host: str) -> None:
    (port,) = free_ports(1)
    with pytest.raises(Refusal, match=rf"^MYOMAP_HOST is '{host}', which is no address of this machine"):
        is_free(host, port)


def test_a_port_that_only_waits_for_old_connections_to_fade_is_free() -> None:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server does
    server.bind(("127.0.0.1", 0))
    server.listen()
    port = server.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    accepted, _ = server.accept()
    accepted.close()  # the side that closes first keeps the port in TIME_WAIT
    client.close()
    server.close()
    assert is_free("127.0.0.1", port)
