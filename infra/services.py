"""The services of an installation: what each runs, where it answers, and how one sees it is ready."""

import importlib.util
import sys
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from contracts.settings import Settings
from infra import ports
from infra.leash import leashed
from infra.refusal import Refusal

ORDER: Final = ("broker", "door", "worker", "refresher", "dashboards")


@dataclass(frozen=True)
class Service:
    """One supervised process. ``ready_at`` is a URL that answers 200, or HOST:PORT, or empty.

    ``ready_also`` are further URLs that must answer 200, where it runs several processes itself.
    """

    name: str
    command: tuple[str, ...]
    ready_at: str
    shown_as: str
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    patience_s: float = 60.0
    ready_also: tuple[str, ...] = ()

    def is_ready(self) -> bool:
        """Whether it can be used; a service without an address is ready when it runs."""
        if self.ready_at.startswith("http"):
            return all(_answers(each) for each in (self.ready_at, *self.ready_also))
        if self.ready_at:
            host, _, port = self.ready_at.rpartition(":")
            return ports.is_open(host, int(port))
        return True


def services(settings: Settings, refresh_every_s: int) -> tuple[Service, ...]:
    """All services of an installation in the order in which they become ready; 0 s says nothing is known."""
    own = {} if settings.own_broker else {"broker"}
    every = {
        "broker": _broker(settings),
        "door": _door(settings),
        "worker": worker(settings),
        "refresher": _service(
            settings,
            "refresher",
            ("refresh", "--every", str(refresh_every_s)),
            "",
            f"every {refresh_every_s} s" if refresh_every_s else "",
        ),
        "dashboards": dashboards(settings),
    }
    return tuple(every[name] for name in ORDER if name not in own)


def refuse_taken_ports(settings: Settings, names: Collection[str] = ORDER) -> None:
    """Refuse to start when another program sits on the port of one of these services."""
    wanted = [
        ("door", "HTTP door", "MYOMAP_HTTP_PORT", settings.http_port),
        *(("worker", "stream worker", "MYOMAP_WORKER_PORT", port) for port in worker_ports(settings)),
        ("dashboards", "dashboards", "MYOMAP_DASHBOARD_PORT", settings.dashboard_port),
    ]
    for name, what, variable, port in wanted:
        if name in names:
            refuse_taken_port(settings.host, port, what, variable)


def worker_ports(settings: Settings) -> range:
    """The ports of the workers' pages: the setting's and those after it."""
    first, count = settings.worker_port, settings.workers
    if first + count > 65536:
        raise Refusal(
            f"{count} workers need the ports from {first} on, and there are not so many. Set "
            "MYOMAP_WORKER_PORT to a smaller number."
        )
    return range(first, first + count)


def refuse_taken_port(host: str, port: int, what: str, variable: str) -> None:
    """Refuse when the port is taken, naming who has it and the setting that chooses another."""
    if not ports.is_free(host, port):
        raise Refusal(
            f"Port {port}, for the {what}, is in use by {ports.holder(port)}. "
            f"End that process, or set {variable} to a free port."
        )


def dashboards(settings: Settings) -> Service:
    """The Streamlit server with the pages."""
    found = importlib.util.find_spec("dashboards.app")
    if found is None or found.origin is None:
        raise Refusal(
            "The dashboards are not installed. Install the extra: pip install 'myomap[dashboards]'."
        )
    address = f"http://{settings.host}:{settings.dashboard_port}"
    command = (
        *(sys.executable, "-m", "streamlit", "run", found.origin),
        *("--server.port", str(settings.dashboard_port), "--server.address", settings.host),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        *("--server.fileWatcherType", "none"),
    )
    return Service(
        "dashboards",
        tuple(leashed(list(command))),
        f"{address}/_stcore/health",
        address,
        settings.home.logs / "dashboards.log",
    )


def _broker(settings: Settings) -> Service:
    return Service(
        "broker",
        _verb("broker", "start", "--foreground"),
        settings.kafka.bootstrap,
        settings.kafka.bootstrap,
        settings.home.broker / "broker.log",
        # The broker's own process must not take the address for one of somebody else's.
        {"MYOMAP_BROKER": ""},
        patience_s=180.0,
    )


def _door(settings: Settings) -> Service:
    address = f"http://{settings.host}:{settings.http_port}"
    return _service(settings, "door", ("ingest", "serve"), f"{address}/healthz", f"{address}/docs")


def worker(settings: Settings) -> Service:
    """The stream worker, or the parent of several."""
    first, *others = (f"http://{settings.host}:{port}" for port in worker_ports(settings))
    one = _service(settings, "worker", ("stream",), f"{first}/readyz", f"{first}/metrics")
    return replace(one, ready_also=tuple(f"{each}/readyz" for each in others))


def _service(settings: Settings, name: str, verb: tuple[str, ...], ready_at: str, shown_as: str) -> Service:
    return Service(name, _verb(*verb), ready_at, shown_as, settings.home.logs / f"{name}.log")


def _verb(*words: str) -> tuple[str, ...]:
    return tuple(leashed([sys.executable, "-m", "infra.cli", *words]))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
