"""The simulated records as files, one per month of arrival, clinic and source, with a manifest."""

import csv
import io
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from ingest.simulator.clinic import Run, simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import DEFAULT_END, DEMO, Size

SOURCES = ("therapist_form", "dynamometer", "motion_sensor", "home_app")
CSV_SOURCES = ("dynamometer",)
LIVE_SOURCES = ("therapist_form", "motion_sensor", "home_app")


@dataclass(frozen=True)
class SourceFile:
    """A written file; ``path`` is relative to the manifest's folder."""

    path: str
    source: str
    clinic: str
    records: int


@dataclass(frozen=True)
class Expected:
    """How many records the door should receive and how it should judge them."""

    received: int
    accepted: int
    duplicate: int
    rejected: int


@dataclass(frozen=True)
class Manifest:
    """What was written. ``files`` stand in a sensible order for taking them in."""

    folder: Path
    seed: int
    end: date
    files: tuple[SourceFile, ...]
    truth: Path
    live: Path
    live_records: int
    samples: dict[str, str]
    patients: int
    episodes: int
    merged: tuple[str, ...]
    erased: tuple[str, ...]
    expected: dict[str, Expected]
    expected_live: dict[str, Expected]


def write_demo(folder: Path, seed: int, size: Size = DEMO, end: date = DEFAULT_END) -> Manifest:
    """Simulate and write; the same seed, size and end give the same bytes."""
    run = simulate(seed, size, end)
    midnight = datetime.combine(end, time(0), tzinfo=UTC)
    filed: dict[tuple[str, str, str], list[SourceRecord]] = defaultdict(list)
    live = []
    for record in run.records:
        if record.arrived_at >= midnight and record.source in LIVE_SOURCES and record.fault is None:
            live.append(record)
        else:
            filed[(f"{record.arrived_at:%Y-%m}", record.clinic, record.source)].append(record)
    files = tuple(_write(folder, *key, filed[key]) for key in sorted(filed, key=_ingest_order))
    _write_text(folder / "live.jsonl", "".join(_live_line(record) for record in live))
    _write_text(folder / "truth.json", json.dumps(run.truth, indent=2) + "\n")
    manifest = _manifest(folder, seed, end, run, files, filed, live)
    _write_text(folder / "manifest.json", json.dumps(as_json(manifest), indent=2) + "\n")
    return manifest


def _ingest_order(key: tuple[str, str, str]) -> tuple[str, int, str]:
    month, clinic, source = key
    return month, SOURCES.index(source), clinic


def _manifest(
    folder: Path,
    seed: int,
    end: date,
    run: Run,
    files: tuple[SourceFile, ...],
    filed: dict[tuple[str, str, str], list[SourceRecord]],
    live: list[SourceRecord],
) -> Manifest:
    return Manifest(
        folder=folder,
        seed=seed,
        end=end,
        files=files,
        truth=folder / "truth.json",
        live=folder / "live.jsonl",
        live_records=len(live),
        samples=run.samples,
        patients=run.patients,
        episodes=run.episodes,
        merged=run.merged,
        erased=run.erased,
        expected=_expected([record for records in filed.values() for record in records]),
        expected_live=_expected(live),
    )


def _write(folder: Path, month: str, clinic: str, source: str, records: list[SourceRecord]) -> SourceFile:
    ending = "csv" if source in CSV_SOURCES else "jsonl"
    path = f"{clinic}/{source}/{month}.{ending}"
    text = _csv(records) if ending == "csv" else "".join(json_line(record) for record in records)
    _write_text(folder / path, text)
    return SourceFile(path, source, clinic, len(records))


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def json_line(record: SourceRecord) -> str:
    """The record as one line of JSON, or the broken text that stands for it."""
    return (record.raw if record.raw is not None else json.dumps(record.fields)) + "\n"


def _live_line(record: SourceRecord) -> str:
    return json.dumps({"source": record.source, "record": record.fields}) + "\n"


def _csv(records: list[SourceRecord]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(records[0].fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(record.fields for record in records)
    return text.getvalue()


def _expected(records: list[SourceRecord]) -> dict[str, Expected]:
    counts: dict[str, Counter[str]] = {source: Counter() for source in SOURCES}
    for record in records:
        counts[record.source][_verdict(record)] += 1
    return {
        source: Expected(
            received=sum(count.values()),
            accepted=count["accepted"],
            duplicate=count["duplicate"],
            rejected=count["rejected"],
        )
        for source, count in counts.items()
    }


def _verdict(record: SourceRecord) -> str:
    if record.fault is None:
        return "accepted"
    return "duplicate" if record.fault == "repeated" else "rejected"


def as_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON values, with paths relative to its folder."""
    fields = asdict(manifest)
    del fields["folder"]
    fields["truth"], fields["live"] = manifest.truth.name, manifest.live.name
    return fields | {"end": manifest.end.isoformat()}
