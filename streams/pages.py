"""The worker's web pages: alive, ready, figures; and one patient to those who have the secret."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from streams.exposition import Family, exposed
from streams.figures import Figures
from streams.partition import Partition
from streams.secret import UNAUTHORIZED, refused
from streams.showing import Answer, PatientPages
from streams.tallies import Tally, tally_of


class Shown(Protocol):
    """What the pages are made from."""

    owner: Iterable[Partition]
    figures: Figures
    patients: PatientPages
    secret: str | None

    def flowing(self) -> bool:
        """Whether records may flow to the worker."""

    def restoring(self) -> Mapping[int, tuple[int, int]]:
        """The stores that are brought back: by partition, the records read so far and those there are."""


def readiness(shown: Shown) -> dict[str, Any]:
    """Whether the worker owns partitions and reads them, and what it still brings back."""
    owned = sorted(each.number for each in shown.owner)
    restoring = {
        str(number): {"done": done, "of": of, "share": round(done / of, 3) if of else 1.0}
        for number, (done, of) in sorted(shown.restoring().items())
    }
    ready = bool(owned) and shown.flowing() and not restoring
    return {"ready": ready, "partitions": owned, "restoring": restoring}


def metrics(shown: Shown, tallies: Mapping[int, Tally]) -> str:
    """The figures in the text format that Prometheus reads; ``tallies`` is by partition."""
    owned = sorted(shown.owner, key=lambda each: each.number)
    families = [*_of_reading(shown, owned), *_of_writing(shown, owned, tallies), *_of_the_worker(shown)]
    return exposed(families)


def add_pages(app: Any) -> None:
    """Serve the pages on the worker's web port; ``app`` is Faust's, and ``Shown``."""

    @app.page("/healthz")  # type: ignore[untyped-decorator]
    async def healthz(web: Any, request: Any) -> Any:
        return web.json({"status": "alive"})

    @app.page("/readyz")  # type: ignore[untyped-decorator]
    async def readyz(web: Any, request: Any) -> Any:
        said = readiness(app)
        return web.json(said, status=200 if said["ready"] else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def figures(web: Any, request: Any) -> Any:
        paths = {each.number: each.store.path for each in app.owner}
        tallies = await asyncio.to_thread(lambda: {number: tally_of(path) for number, path in paths.items()})
        return web.text(metrics(app, tallies), content_type="text/plain")

    @app.page("/v1/patients/{patient_key}/progression")  # type: ignore[untyped-decorator]
    async def progression(web: Any, request: Any, patient_key: str) -> Any:
        answer = await patient_answer(app, request.headers.get("Authorization"), patient_key)
        headers = {"Cache-Control": "no-store"}
        if answer.status == UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return web.bytes(answer.body, content_type="application/json", status=answer.status, headers=headers)


async def patient_answer(shown: Shown, authorization: str | None, patient_key: str) -> Answer:
    """The answer about one patient: 401 or 403 without the secret, 500 without a word of what was read."""
    status = refused(authorization, shown.secret)
    if status is not None:
        return Answer(status, b'{"error":"Send the secret of the workers: Authorization: Bearer SECRET"}')
    try:
        return await asyncio.to_thread(shown.patients.progression, patient_key, datetime.now(UTC))
    except Exception as failure:
        # Its text, and the log of the web server, could name the patient.
        return Answer(500, f'{{"error":"The state cannot be shown ({type(failure).__name__})."}}'.encode())


def _of_reading(shown: Shown, owned: list[Partition]) -> list[Family]:
    seen = [(each, _labels(each), shown.figures.of(each.number)) for each in owned]
    return [
        Family(
            "myomap_lag_events", "gauge", "events in the log that are not yet in the store",
            [(labels, each.lag) for each, labels, _ in seen],
        ),
        Family(
            "myomap_lag_seconds", "gauge", "how long the first of these events has been in the log",
            [(labels, shown.figures.lag_seconds(each.number, each.store.next_offset))
             for each, labels, _ in seen],
        ),
        Family(
            "myomap_next_offset", "gauge", "offset that is read next",
            [(labels, each.store.next_offset) for each, labels, _ in seen],
        ),
        Family(
            "myomap_events_total", "counter", "events since the partition was opened",
            [(labels, each.counters.events) for each, labels, _ in seen],
        ),
        Family(
            "myomap_events_per_second", "gauge", "events in a second, over the last minute",
            [(labels, measured.rate.per_second) for _, labels, measured in seen],
        ),
        Family(
            "myomap_batch_records", "histogram", "records in a batch",
            [(labels, measured.batch_sizes) for _, labels, measured in seen],
        ),
    ]  # fmt: skip


def _of_writing(shown: Shown, owned: list[Partition], tallies: Mapping[int, Tally]) -> list[Family]:
    return [
        Family(
            "myomap_commit_seconds", "histogram", "time that a commit of the store took",
            [(_labels(each), shown.figures.of(each.number).commit_seconds) for each in owned],
        ),
        Family(
            "myomap_transitions_total", "counter", "facts published or withdrawn",
            [(_labels(each), each.counters.transitions) for each in owned],
        ),
        Family(
            "myomap_rejected_total", "counter", "records that were set aside, by reason",
            [({"partition": number, "reason": reason}, count)
             for number, tally in sorted(tallies.items()) for reason, count in tally.rejected.items()],
        ),
        Family(
            "myomap_outbox_waiting", "gauge", "messages that are not yet published",
            [({"partition": number}, tally.waiting) for number, tally in sorted(tallies.items())],
        ),
        Family(
            "myomap_publish_seconds", "histogram", "time until Kafka had acknowledged what was published",
            [({}, shown.figures.publish_seconds)],
        ),
    ]  # fmt: skip


def _of_the_worker(shown: Shown) -> list[Family]:
    restoring = sorted(shown.restoring().items())
    ready = int(readiness(shown)["ready"])
    return [
        Family("myomap_ready", "gauge", "whether partitions are owned and read", [({}, ready)]),
        Family(
            "myomap_restored_records", "gauge", "records read so far to bring a store back",
            [({"partition": number}, done) for number, (done, _) in restoring],
        ),
        Family(
            "myomap_restorable_records", "gauge", "records to read to bring a store back",
            [({"partition": number}, of) for number, (_, of) in restoring],
        ),
    ]  # fmt: skip


def _labels(partition: Partition) -> dict[str, object]:
    return {"partition": partition.number}
