"""The pages without a web server below them; with one they are asked in ``test_worker.py``."""

import asyncio
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from patients import Patient, fold

from streams.figures import Figures, Unread
from streams.lookup import partition_of
from streams.opening import Log, open_store
from streams.pages import add_pages, metrics, patient_answer, readiness
from streams.partition import Counters
from streams.rows import Commit, QuarantinedRow
from streams.showing import PatientPages
from streams.states import changed_rows
from streams.tallies import Tally

SECRET = "a-secret-of-workers"


def partition(number: int, path: Path | None = None) -> Any:
    return SimpleNamespace(
        number=number,
        lag=7,
        store=SimpleNamespace(next_offset=40, path=path),
        counters=Counters(events=40, batches=2, quarantined=1, transitions=5, commit_seconds=0.5),
    )


@dataclass
class Worker:
    """What the pages are made from, and the pages by their path."""

    owner: list[Any] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    patients: PatientPages = field(default_factory=lambda: PatientPages(4, lambda number: None))
    secret: str | None = SECRET
    flows: bool = True
    brought_back: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    served: dict[str, Any] = field(default_factory=dict)

    def flowing(self) -> bool:
        return self.flows

    def restoring(self) -> Mapping[int, tuple[int, int]]:
        return self.brought_back

    def page(self, path: str) -> Callable[[Any], Any]:
        def serve(handler: Any) -> Any:
            self.served[path] = handler
            return handler

        return serve


class Web:
    """Gives what Faust would send."""

    def json(self, said: Any, status: int = 200) -> Any:
        return SimpleNamespace(status=status, body=json.dumps(said).encode(), headers={})

    def text(self, said: str, content_type: str) -> Any:
        return SimpleNamespace(status=200, body=said.encode(), content_type=content_type)

    def bytes(self, body: bytes, content_type: str, status: int, headers: dict[str, str]) -> Any:
        return SimpleNamespace(status=status, body=body, headers=headers)


def ask(worker: Worker, path: str, authorization: str | None = None, **found: str) -> Any:
    add_pages(worker)
    request = SimpleNamespace(headers={} if authorization is None else {"Authorization": authorization})
    return asyncio.run(worker.served[path](Web(), request, **found))


def busy_worker() -> Worker:
    worker = Worker([partition(3), partition(1)], brought_back={2: (50, 200)})
    worker.figures.of(3).batch_sizes.observe(20)
    worker.figures.of(3).commit_seconds.observe(0.02)
    worker.figures.saw_unread(3, Unread(47, 1_000))
    return worker


TALLIES = {3: Tally(6, {"not_decodable": 1, "wrong_key": 2}), 1: Tally()}

# A strict reader of the text format of Prometheus: what it does not know, it refuses.
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> tuple[dict[str, str], Series]:
    """Kinds by name, and every value by name and labels."""
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    kinds: dict[str, str] = {}
    series: Series = {}
    helped = current = ""
    for line in text[:-1].split("\n"):
        if match := HELP.fullmatch(line):
            helped = match[1]
            assert helped not in kinds, f"{helped} comes twice"
        elif match := TYPE.fullmatch(line):
            current = match[1]
            assert current == helped
            kinds[current] = match[2]
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            key = (match[1], labels_of(match[2] or ""))
            assert key not in series, f"{line} comes twice"
            assert match[1] in names_of(current, kinds[current]), f"{line} stands below {current}"
            series[key] = float(match[3])
    return kinds, series


def labels_of(text: str) -> tuple[tuple[str, str], ...]:
    found = LABEL.findall(text)
    assert "".join(match[0] for match in LABEL.finditer(text)).rstrip(",") == text, text
    assert len({name for name, _ in found}) == len(found)
    return tuple(found)


def names_of(name: str, kind: str) -> set[str]:
    return {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}


def check_histograms(kinds: Mapping[str, str], series: Series) -> int:
    """Buckets grow and end at infinity with the count; how many there are."""
    seen = 0
    for name in (name for name, kind in kinds.items() if kind == "histogram"):
        for (_, labels), count in ((key, n) for key, n in series.items() if key[0] == f"{name}_count"):
            buckets = [
                (float(dict(at)["le"]), value)
                for (word, at), value in series.items()
                if word == f"{name}_bucket" and tuple(each for each in at if each[0] != "le") == labels
            ]
            assert buckets == sorted(buckets)
            assert [value for _, value in buckets] == sorted(value for _, value in buckets)
            assert buckets[-1] == (math.inf, count)
            assert (f"{name}_sum", labels) in series
            seen += 1
    return seen


def test_the_metrics_can_be_read_by_a_strict_reader() -> None:
    kinds, series = parsed(metrics(busy_worker(), TALLIES))
    assert check_histograms(kinds, series) == 5
    assert all(name.endswith("_total") for name, kind in kinds.items() if kind == "counter")
    assert all(name.startswith("myomap_") for name in kinds)
    assert all(value >= 0 for value in series.values())


def test_the_metrics_say_what_each_partition_does() -> None:
    _, series = parsed(metrics(busy_worker(), TALLIES))
    three = (("partition", "3"),)
    assert series["myomap_lag_events", three] == 7
    assert series["myomap_lag_seconds", three] > 1e9, "the first unread record is of 1970"
    assert series["myomap_next_offset", three] == 40
    assert series["myomap_events_total", three] == 40
    assert series["myomap_batch_records_sum", three] == 20
    assert series["myomap_commit_seconds_count", three] == 1
    assert series["myomap_outbox_waiting", three] == 6
    assert series["myomap_rejected_total", (*three, ("reason", "wrong_key"))] == 2
    assert series["myomap_restored_records", (("partition", "2"),)] == 50
    assert series["myomap_restorable_records", (("partition", "2"),)] == 200
    assert series["myomap_ready", ()] == 0


def test_a_worker_without_partitions_has_metrics_that_can_be_read() -> None:
    kinds, series = parsed(metrics(Worker(), {}))
    assert {name for name, _ in series if "partition" in name} == set()
    assert series["myomap_ready", ()] == 0
    assert len(kinds) > 10


def test_a_worker_is_ready_when_it_owns_partitions_reads_them_and_brings_nothing_back() -> None:
    assert readiness(Worker([partition(1), partition(0)])) == {
        "ready": True, "partitions": [0, 1], "restoring": {},
    }  # fmt: skip
    assert not readiness(Worker([]))["ready"]
    assert not readiness(Worker([partition(0)], flows=False))["ready"]
    said = readiness(Worker([partition(0)], brought_back={2: (50, 200), 3: (0, 0)}))
    assert not said["ready"]
    assert said["restoring"] == {
        "2": {"done": 50, "of": 200, "share": 0.25},
        "3": {"done": 0, "of": 0, "share": 1.0},
    }


def test_the_pages_for_those_who_watch_need_no_secret() -> None:
    assert ask(Worker(), "/healthz").status == 200
    assert ask(Worker(), "/readyz").status == 503
    assert ask(Worker([partition(0)]), "/readyz").status == 200


@pytest.fixture
def with_ann(tmp_path: Path) -> Worker:
    """A worker that owns the partition of ann, with one record set aside there."""
    ann = Patient("ann")
    ann.opened()
    number = partition_of(ann.key, 4)
    store = open_store(tmp_path, Log("myomap.events", "id", number), "rules-1")
    changed = changed_rows({}, {ann.key: fold(ann.events())})
    store.commit(Commit(0, 2, *changed, quarantined=[QuarantinedRow(1, "empty", "$")]))
    store.close()
    patients = PatientPages(4, lambda each: store.path if each == number else None)
    return Worker([partition(number, store.path)], patients=patients)


def test_the_page_of_metrics_counts_in_the_stores_and_names_no_patient(with_ann: Worker) -> None:
    answer = ask(with_ann, "/metrics")
    _, series = parsed(answer.body.decode())
    number = str(partition_of(Patient("ann").key, 4))
    assert series["myomap_rejected_total", (("partition", number), ("reason", "empty"))] == 1
    assert series["myomap_outbox_waiting", (("partition", number),)] > 0
    assert Patient("ann").key not in answer.body.decode()
    assert answer.content_type == "text/plain"


PROGRESSION = "/v1/patients/{patient_key}/progression"


def test_a_patient_is_shown_to_who_has_the_secret_and_is_kept_nowhere(with_ann: Worker) -> None:
    answer = ask(with_ann, PROGRESSION, f"Bearer {SECRET}", patient_key=Patient("ann").key)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(json.loads(answer.body)["episodes"]) == 1


@pytest.mark.parametrize(("authorization", "status"), [(None, 401), ("Bearer wrong", 403)])
@pytest.mark.parametrize("key", [Patient("ann").key, "nobody"])
def test_without_the_secret_one_cannot_even_tell_who_is_known(
    with_ann: Worker, authorization: str | None, status: int, key: str
) -> None:
    answer = ask(with_ann, PROGRESSION, authorization, patient_key=key)
    assert answer.status == status
    assert set(json.loads(answer.body)) == {"error"}
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_worker_without_a_secret_shows_nobody(with_ann: Worker) -> None:
    with_ann.secret = None
    assert ask(with_ann, PROGRESSION, "Bearer ", patient_key=Patient("ann").key).status == 403


def test_a_state_that_cannot_be_read_is_said_without_what_was_read() -> None:
    def broken(number: int) -> Path | None:
        raise ValueError("somebody is here")

    worker = Worker(patients=PatientPages(4, broken))
    answer = asyncio.run(patient_answer(worker, f"Bearer {SECRET}", "somebody"))
    assert answer.status == 500
    assert b"somebody" not in answer.body
    assert "ValueError" in json.loads(answer.body)["error"]
