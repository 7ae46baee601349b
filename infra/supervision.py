"""Hands the services to supervisord: its configuration, and talking to it over its socket."""

import hashlib
import os
import shlex
import tempfile
import xmlrpc.client
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.settings import Home
from infra.home import make_home
from infra.services import Service

LONGEST_SOCKET_PATH: Final = 100
"""A little below what the shortest of the systems takes."""

ENDED: Final = ("BACKOFF", "FATAL", "EXITED")


def socket_path(home: Home) -> Path:
    """Where supervisord listens; in a folder that only this user may enter."""
    path = home.run / "supervisor.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    short = hashlib.sha256(str(home.root).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"myomap-{os.getuid()}-{short}" / "supervisor.sock"


def write_configuration(home: Home, services: Iterable[Service]) -> Path:
    """Write ``supervisord.conf`` and make the folders that it needs."""
    make_home(home)
    socket = socket_path(home)
    for folder in (home.run, home.logs, home.broker, socket.parent):
        folder.mkdir(parents=True, exist_ok=True)
    home.run.chmod(0o700)
    socket.parent.chmod(0o700)
    path = home.run / "supervisord.conf"
    path.write_text(configuration(home, services, socket), encoding="utf-8")
    path.chmod(0o600)
    return path


def configuration(home: Home, services: Iterable[Service], socket: Path) -> str:
    """The text of ``supervisord.conf``; programs start when they are told to, in order of readiness."""
    sections: dict[str, dict[str, Any]] = {
        "unix_http_server": {"file": socket, "chmod": "0700"},
        "supervisord": {
            "nodaemon": "true",
            "silent": "true",
            "logfile": home.logs / "supervisor.log",
            "pidfile": home.run / "supervisord.pid",
            "identifier": "myomap",
        },
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
    }
    for place, service in enumerate(services, start=1):
        sections[f"program:{service.name}"] = _program(service, place)
    return "\n".join(_section(name, values) for name, values in sections.items())


def _program(service: Service, place: int) -> dict[str, Any]:
    program = {
        "command": shlex.join(service.command),
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 2,
        "startretries": 20,
        "stopwaitsecs": 40,
        # Started first, stopped last.
        "priority": place * 10,
        "redirect_stderr": "true",
        "stdout_logfile": service.log.parent / f"{service.name}.out"
        if service.name == "broker"
        else service.log,
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 2,
    }
    if service.environment:
        program["environment"] = ",".join(f'{name}="{value}"' for name, value in service.environment.items())
    return program


def _section(name: str, values: Mapping[str, Any]) -> str:
    lines = "".join(f"{key}={str(value).replace('%', '%%')}\n" for key, value in values.items())
    return f"[{name}]\n{lines}"


class Supervisor:
    """What supervisord knows, and telling it what to do. Raises ``OSError`` when it does not answer."""

    def __init__(self, home: Home) -> None:
        self._url = f"unix://{socket_path(home)}"

    @property
    def _calls(self) -> Any:
        from supervisor.xmlrpc import SupervisorTransport

        # A new one each time: after a call that failed, the transport could not make another.
        transport = SupervisorTransport(serverurl=self._url)
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def is_up(self) -> bool:
        """Whether it runs and takes orders."""
        try:
            return bool(self._calls.getState()["statename"] == "RUNNING")
        except (OSError, xmlrpc.client.Error):
            return False

    def start(self, name: str) -> None:
        """Start a program; whether it became ready is for the caller to see."""
        from supervisor.xmlrpc import Faults

        try:
            self._calls.startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            # One that ended at once is only another state that the caller will see.
            if fault.faultCode != Faults.SPAWN_ERROR:
                raise

    def state(self, name: str) -> str:
        """Its state in supervisord's words: STOPPED, STARTING, RUNNING, BACKOFF, FATAL, …"""
        return str(self._calls.getProcessInfo(name)["statename"])

    def states(self) -> dict[str, str]:
        """State of each program."""
        return {each["name"]: each["statename"] for each in self._calls.getAllProcessInfo()}

    def shut_down(self) -> None:
        """End all programs, the last one started first, and supervisord itself."""
        self._calls.shutdown()
