"""Looks for what keeps an installation from working; each finding says what to do."""

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.settings import Settings
from infra import ports
from infra.broker import LocalBroker
from infra.chromium import find_chromium
from infra.jars import KAFKA_VERSION, JarsError, find_java, find_kafka
from infra.refusal import Refusal
from infra.stack import stack_states

FREE_DISK_GB: Final = 5
EXACTLY: Final = re.compile(r"([\w.-]+)==([\w.]+) *(?:;|$)")
"""A requirement of one version and no other."""


@dataclass(frozen=True)
class Finding:
    """What was looked at and found; ``advice`` is empty when all is fine."""

    subject: str
    fine: bool
    said: str
    advice: str


def examine(settings: Settings) -> tuple[Finding, ...]:
    """All findings, without changing anything but the download cache."""
    return (
        _python(),
        *_versions(),
        _java(),
        _jars(),
        *_ports(settings),
        _disk(settings),
        _broker(settings),
        _home(settings),
        _chromium(),
    )


def _python() -> Finding:
    fine = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        "Python", fine, platform.python_version(), "" if fine else "Use Python 3.11, 3.12 or 3.13."
    )


def pinned() -> dict[str, str]:
    """The exact versions that this project asks for, in any of its extras."""
    wanted = importlib.metadata.requires("myomap") or []
    return dict(sorted(found.groups() for each in wanted if (found := EXACTLY.match(each))))


def _versions() -> Iterator[Finding]:
    for name, wanted in pinned().items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, "not installed", "Install what is missing: make install.")
            continue
        advice = "" if found == wanted else f"Version {wanted} is tried and pinned: make install."
        yield Finding(name, found == wanted, found, advice)


def _java() -> Finding:
    try:
        java, _ = find_java()
        done = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (JarsError, OSError, subprocess.TimeoutExpired) as failure:
        return Finding("Java", False, str(failure), "Install the dependencies again: make install.")
    first = (done.stderr or done.stdout).splitlines()[:1]
    fine = done.returncode == 0
    return Finding(
        "Java", fine, "".join(first), "" if fine else "Install the dependencies again: make install."
    )


def _jars() -> Finding:
    try:
        kafka = find_kafka()
    except JarsError as failure:
        return Finding("Kafka", False, str(failure), "Or use a Kafka of yours: --broker HOST:PORT.")
    return Finding(
        "Kafka", True, f"{KAFKA_VERSION}, {len(kafka.class_path)} jars with the pinned checksums", ""
    )


def _ports(settings: Settings) -> Iterator[Finding]:
    ours = bool(stack_states(settings.home))
    wanted = {
        "MYOMAP_HTTP_PORT": settings.http_port,
        "MYOMAP_WORKER_PORT": settings.worker_port,
        "MYOMAP_DASHBOARD_PORT": settings.dashboard_port,
    }
    for variable, port in wanted.items():
        if ours:
            yield Finding(f"port {port}", True, "in use by this installation", "")
        else:
            yield _port(settings.host, port, variable)


def _port(host: str, port: int, variable: str) -> Finding:
    try:
        free = ports.is_free(host, port)
    except Refusal as failure:
        return Finding(f"port {port}", False, str(failure), f"Change MYOMAP_HOST or {variable}.")
    if free:
        return Finding(f"port {port}", True, "free", "")
    advice = f"End that process, or set {variable} to a free port."
    return Finding(f"port {port}", False, f"in use by {ports.holder(port)}", advice)


def _disk(settings: Settings) -> Finding:
    free_gb = shutil.disk_usage(_existing(settings.home.root)).free / 1e9
    fine = free_gb >= FREE_DISK_GB
    advice = "" if fine else f"Free at least {FREE_DISK_GB} GB, or choose another place with --home."
    return Finding("disk", fine, f"{free_gb:.1f} GB free", advice)


def _broker(settings: Settings) -> Finding:
    if settings.own_broker:
        status = LocalBroker(settings.home).status()
        if status.pid is not None and not status.running:
            return Finding(
                "broker", False, "runs and does not answer", f"Read {status.log}; then: myomap broker stop"
            )
        return Finding(
            "broker", True, f"answers at {status.bootstrap}" if status.running else "not running", ""
        )
    from infra.topics import TopicsError, admin

    try:
        with admin(settings.kafka) as client:
            count = len(client.list_topics())
    except TopicsError as failure:
        return Finding("broker", False, str(failure), "Check the address and the MYOMAP_KAFKA_ settings.")
    return Finding("broker", True, f"{settings.kafka.bootstrap} answers, {count} topics", "")


def _home(settings: Settings) -> Finding:
    root = settings.home.root
    place = _existing(root)
    try:
        probe = place / ".myomap-can-write"
        probe.touch()
        probe.unlink()
    except OSError as failure:
        return Finding("home", False, f"{root}: {failure.strerror}", "Choose a folder of yours with --home.")
    return Finding("home", True, str(root), "")


def _chromium() -> Finding:
    found = find_chromium()
    said = found or "not installed; only the browser tests and screenshots need it"
    return Finding("Chromium", True, said, "" if found else "To have it on Debian: apt-get install chromium")


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
