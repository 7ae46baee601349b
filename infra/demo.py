"""The demo: six simulated months of three clinics go through the whole line, as real data would."""

import dataclasses
import json
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from contracts.settings import Settings
from infra.conservation import accounts, read_receipts
from infra.demo_summary import Summary, figures_of, print_summary
from infra.demo_summary import as_json as summary_json
from infra.door import open_door, write_record_key
from infra.lag import Lag, lag
from infra.progress import Steps
from infra.refreshing import refresh_once, settle_merges
from infra.refusal import Refusal
from infra.report import print_json
from infra.stack import Stack

if TYPE_CHECKING:
    from ingest.simulator.write import Manifest

STANDSTILL_S: Final = 60.0
"""So long a worker may make no progress before the demo gives up."""
HTTP_BATCH: Final = 50
PLAYED: Final = ("broker", "door", "worker")
SERVED: Final = ("refresher", "dashboards")
"""With the refresher, so that what is recorded on a page comes into the next release."""


def write_clinics(folder: Path, seed: int, small: bool) -> "Manifest":
    """Write the clinics' files; the same seed and size give the same bytes."""
    from ingest.simulator.size import DEMO, SMALL
    from ingest.simulator.write import write_demo

    return write_demo(folder, seed, SMALL if small else DEMO)


def run(settings: Settings, leave: bool, small: bool, seed: int, as_json: bool) -> int:
    """Play the demo, print its summary, serve the dashboards or ``leave``; 0 when all is well."""
    # The pages of a demo are looked at by one person in three roles.
    settings = dataclasses.replace(settings, development_identity=True)
    signal.signal(signal.SIGTERM, _interrupt)
    with Steps(quiet=as_json) as steps:
        names = PLAYED if leave else (*PLAYED, *SERVED)
        stack = Stack(settings, refresh_every_s=300, say=steps.note, names=names)
        stack.open()
        try:
            summary = _play(stack, steps, seed, small)
            if not leave:
                stack.start(*SERVED)
            steps.end()
            _report(summary, stack.settings, leave, as_json)
            if not leave:
                stack.wait()
            return 0 if summary.is_well else 1
        except KeyboardInterrupt:
            steps.end()
            print("Stopping what the demo started", flush=True)
            return 0 if not leave else 130
        finally:
            stack.close()


def _play(stack: Stack, steps: Steps, seed: int, small: bool) -> Summary:
    began = time.monotonic()
    with steps.step("Starting Kafka, the door and the stream worker"):
        stack.start(*PLAYED)
    settings = stack.settings
    with steps.step("Simulating six months of three clinics"):
        manifest = write_clinics(settings.home.demo, seed, small)
    with steps.step("Taking in the clinics' files") as advance:
        _ingest_files(settings, manifest, advance)
    with steps.step("Speaking to the HTTP door") as advance:
        _ingest_live(settings, manifest, advance)
    with steps.step("Waiting for the stream worker") as advance:
        rest = wait_for_worker(settings, advance)
    with steps.step("Carrying merged people's events over") as advance:
        if settle_merges(settings):
            rest = wait_for_worker(settings, advance)
    with steps.step("Landing, building, checking and releasing the marts"):
        report = refresh_once(settings, lambda step, state: steps.note(f"{step}: {state}"))
    with steps.step("Counting the receipts"):
        counted = accounts(read_receipts(settings), sent(manifest))
    return Summary(counted, rest.events, report, figures_of(settings.home), time.monotonic() - began)


def sent(manifest: "Manifest") -> dict[str, int]:
    """Records per source that the simulated clinics sent, through files and HTTP."""
    live = {source: each.received for source, each in manifest.expected_live.items()}
    return {source: each.received + live.get(source, 0) for source, each in manifest.expected.items()}


def _ingest_files(settings: Settings, manifest: "Manifest", advance: Callable[[int, int], None]) -> None:
    from ingest.files import ingest_file

    total, done = sum(each.records for each in manifest.files), 0
    with open_door(settings) as door:
        for each in manifest.files:
            before = done
            ingest_file(
                manifest.folder / each.path,
                each.source,
                door,
                lambda part, _whole, before=before: advance(before + part, total),
            )
            done += each.records
            advance(done, total)


def _ingest_live(settings: Settings, manifest: "Manifest", advance: Callable[[int, int], None]) -> None:
    """Send the last day's records over HTTP, once: a sender does not repeat what was acknowledged."""
    from ingest.keys import KeyRing

    note = settings.home.demo / "live.sent"
    text = manifest.live.read_text(encoding="utf-8")
    if note.exists() and note.read_text(encoding="utf-8") == text:
        return
    by_source: dict[str, list[Any]] = {}
    for line in text.splitlines():
        spoken = json.loads(line)
        by_source.setdefault(spoken["source"], []).append(spoken["record"])
    ring, done = KeyRing(settings.home.door), 0
    for source, records in by_source.items():
        key = write_record_key(settings) if source == "therapist_form" else ring.create(source, "demo")
        for at in range(0, len(records), HTTP_BATCH):
            _post(settings, source, key, records[at : at + HTTP_BATCH])
            done += len(records[at : at + HTTP_BATCH])
            advance(done, manifest.live_records)
    note.write_text(text, encoding="utf-8")


def _post(settings: Settings, source: str, key: str, records: list[Mapping[str, Any]]) -> None:
    import httpx

    url = f"http://{settings.host}:{settings.http_port}/v1/sources/{source}/events"
    answer = httpx.post(url, json=records, headers={"X-API-Key": key}, timeout=30, trust_env=False)
    if answer.is_error:
        raise Refusal(
            f"The HTTP door answered {answer.status_code} to records of {source}: {answer.text[:500]}"
        )


def wait_for_worker(settings: Settings, advance: Callable[[int, int], None]) -> Lag:
    """Wait until every event is in a store and every message is published; give up at a standstill."""
    rest = lag(settings)
    moved = time.monotonic()
    while rest.events or rest.waiting:
        advance(rest.end - rest.events, rest.end)
        time.sleep(0.3)
        now = lag(settings)
        if (now.events, now.waiting) != (rest.events, rest.waiting):
            moved = time.monotonic()
        elif time.monotonic() - moved > STANDSTILL_S:
            raise Refusal(
                f"The stream worker has stood still for {STANDSTILL_S:.0f} s with {now.events} events "
                f"to read and {now.waiting} messages to publish. Read {settings.home.logs / 'worker.log'}."
            )
        rest = now
    return rest


def _report(summary: Summary, settings: Settings, leave: bool, as_json: bool) -> None:
    if as_json:
        print_json(summary_json(summary))
        return
    print_summary(summary, None if leave else f"http://{settings.host}:{settings.dashboard_port}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
