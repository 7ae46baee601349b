"""Free TCP ports: choosing them, and telling who is in the way of a configured one."""

import contextlib
import errno
import socket
from typing import Any

import psutil

from infra.refusal import Refusal


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Different ports that nothing listens on at this moment."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((host, 0))
        return [each.getsockname()[1] for each in sockets]


def is_open(host: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether something answers on the port."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def is_free(host: str, port: int) -> bool:
    """Whether a service could bind to the port; an address that cannot be used at all is refused."""
    with socket.socket() as probe:
        # As the services do it: a port that only waits for old connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            _refuse_unless_in_use(host, port, failure)
            return False
    return not is_open(host, port, timeout_s=0.3)


def _refuse_unless_in_use(host: str, port: int, failure: OSError) -> None:
    if failure.errno == errno.EADDRINUSE:
        return
    if failure.errno in (errno.EACCES, errno.EPERM):
        raise Refusal(f"Port {port} is kept for the system's own services. Choose one above 1023.")
    raise Refusal(
        f"MYOMAP_HOST is {host!r}, which is no address of this machine ({failure.strerror}). "
        "Set it to 127.0.0.1, to 0.0.0.0, or to an IPv4 address of this machine."
    )


def holder(port: int) -> str:
    """Who listens on the port, in words, as far as this user may know."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            address: Any = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address.port == port and connection.pid:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        return "another process"
    return "another process"
