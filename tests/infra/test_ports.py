import os
import socket
import threading

from infra.ports import free_ports, holder, is_free, is_open, wait_open


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
    assert not wait_open("127.0.0.1", port, seconds=0)


def test_waiting_ends_when_somebody_listens() -> None:
    (port,) = free_ports(1)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    threading.Timer(0.2, listening.listen).start()
    try:
        assert wait_open("127.0.0.1", port, seconds=120)
    finally:
        listening.close()


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
