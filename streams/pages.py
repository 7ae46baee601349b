"""The worker's web pages for those who watch it: alive, ready, figures; no patient keys."""

from collections.abc import Iterable
from typing import Any

from streams.partition import Partition

_FIGURES = (
    ("myomap_lag_events", "gauge", "events in the log that are not yet in the store", lambda p: p.lag),
    ("myomap_next_offset", "gauge", "offset that is read next", lambda p: p.store.next_offset),
    ("myomap_events_total", "counter", "events since the partition was opened", lambda p: p.counters.events),
    ("myomap_batches_total", "counter", "batches committed", lambda p: p.counters.batches),
    ("myomap_quarantined_total", "counter", "records set aside", lambda p: p.counters.quarantined),
    ("myomap_transitions_total", "counter", "facts published or withdrawn", lambda p: p.counters.transitions),
    ("myomap_commit_seconds_total", "counter", "time spent in commits", lambda p: p.counters.commit_seconds),
)


def metrics(owned: Iterable[Partition]) -> str:
    """The figures in the text format that Prometheus reads."""
    partitions = list(owned)
    lines = []
    for name, kind, meaning, figure in _FIGURES:
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
        lines += [f'{name}{{partition="{each.number}"}} {figure(each)}' for each in partitions]
    return "\n".join(lines) + "\n"


def add_pages(app: Any, owned: Iterable[Partition]) -> None:
    """Serve ``/healthz``, ``/readyz`` and ``/metrics`` on the worker's web port."""

    @app.page("/healthz")  # type: ignore[untyped-decorator]
    async def healthz(web: Any, request: Any) -> Any:
        return web.json({"status": "alive"})

    @app.page("/readyz")  # type: ignore[untyped-decorator]
    async def readyz(web: Any, request: Any) -> Any:
        partitions = [each.number for each in owned]
        ready = bool(partitions) and not app.rebalancing
        return web.json({"ready": ready, "partitions": partitions}, status=200 if ready else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def figures(web: Any, request: Any) -> Any:
        return web.text(metrics(owned), content_type="text/plain")
