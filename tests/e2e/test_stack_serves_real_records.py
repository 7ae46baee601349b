"""A running installation takes real records through its doors, quickly, and survives what is done to it."""

import json
import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from kafka import KafkaConsumer, TopicPartition

from contracts.topics import PROGRESSION

pytestmark = [pytest.mark.broker, pytest.mark.e2e, pytest.mark.slow]

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(stack: Any) -> str:
    """The API key of the therapists' form, as ``up`` made it."""
    return (stack.home.run / "record.key").read_text().strip()


def form(reference: str, kind: str, number: str, day: int, **fields: Any) -> dict[str, Any]:
    return {
        "form_id": f"{reference}/{number}",
        "form": kind,
        "patient_ref": reference,
        "clinic": "riverside",
        "zone": "Europe/Berlin",
        "episode_ref": f"{reference}-E1",
        "occurred_at": (NOW + timedelta(days=day)).isoformat(),
        "recorded_by": "RV-T01",
        **fields,
    }


def opening(reference: str) -> list[dict[str, Any]]:
    """The forms that open an episode and prescribe a program."""
    return [
        form(reference, "episode", "episode", 0, condition="post_injury", side="left", severity="mild"),
        form(
            reference, "program", "program", 0, program="strengthening_led", goals=["regain_strength"],
            techniques=["therapeutic_exercise"], muscle_groups=["hamstrings"], sessions_per_week=1,
            minutes_per_session=30,
            policy="default_msk", policy_version=1,
            tracks=[{"muscle_group": "hamstrings", "side": "left", "stage": "S0"}],
        ),
    ]  # fmt: skip


def post(
    stack: Any, key: str, records: Any, source: str = "therapist_form", **headers: str
) -> httpx.Response:
    url = f"{stack.door}/v1/sources/{source}/events"
    return httpx.post(url, json=records, headers={"X-API-Key": key, **headers}, timeout=30, trust_env=False)


def patient_key(stack: Any, key: str, reference: str) -> str:
    answer = httpx.post(
        f"{stack.door}/v1/lookup",
        json={"reference": reference, "actor": "test"},
        headers={"X-API-Key": key},
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["patient_key"]
    return found


class Ear(threading.Thread):
    """Listens to the topic of progression and remembers when each patient was first heard of."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(daemon=True)
        self.heard: dict[str, float] = {}
        self.ready, self.enough = threading.Event(), threading.Event()
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=20
        )

    def run(self) -> None:
        places = [
            TopicPartition(PROGRESSION, each) for each in self._consumer.partitions_for_topic(PROGRESSION)
        ]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        for place in places:
            self._consumer.position(place)
        self.ready.set()
        while not self.enough.is_set():
            for records in self._consumer.poll(timeout_ms=50).values():
                for record in records:
                    self.heard.setdefault(record.key.decode().split("/")[0], time.monotonic())
        self._consumer.close()


@pytest.fixture
def ear(stack: Any) -> Iterator[Ear]:
    listening = Ear(stack.json("broker", "status")["bootstrap"])
    listening.start()
    assert listening.ready.wait(30)
    yield listening
    listening.enough.set()
    listening.join(10)


def wait_for(what: Callable[[], bool], seconds: float, why: str) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.05)


def test_a_record_posted_over_http_is_a_progression_within_two_seconds(
    stack: Any, key: str, ear: Ear
) -> None:
    posted = {}
    for number in range(20):
        reference = f"QUICK-{number:03d}"
        began = time.monotonic()
        answer = post(stack, key, opening(reference))
        assert answer.status_code in (200, 202), answer.text
        posted[patient_key(stack, key, reference)] = began
        wait_for(lambda: posted.keys() <= ear.heard.keys(), 20, f"no progression after record {number}")
    waits = [ear.heard[each] - began for each, began in posted.items()]
    assert statistics.median(waits) < 2.0, sorted(waits)


def test_the_posted_record_is_on_the_pages_after_the_next_refresh(stack: Any, key: str) -> None:
    records = opening("PAGES-1")
    measured = form(
        "PAGES-1", "measurement", "M1", 0, measure="lefs", value=41, unit="score", method="self_report",
        device_class="questionnaire", occasion="baseline",
    )  # fmt: skip
    assert post(stack, key, [*records, measured]).status_code in (200, 202)
    who = patient_key(stack, key, "PAGES-1")
    stack.json("refresh")
    rows = stack.sql(f"SELECT measure, value FROM fct_outcome WHERE patient_key = '{who}'")
    assert rows == [{"measure": "lefs", "value": 41.0}]
    explained = stack.run("explain", who)
    assert explained.returncode == 0 and "hamstrings" in explained.stdout


def test_the_strength_trial_gives_the_published_figures(stack: Any, shared_data: Any) -> None:
    path = shared_data("strength_programs.csv")
    report = stack.json("ingest", "file", str(path), "--source", "strength_trial")
    assert (report["received"], report["rejected"]) == (399, 0)
    stack.json("refresh")
    question = (
        "SELECT program, count(*) AS people, round(avg(improvement), 4) AS mean FROM fct_change"
        " WHERE measure = 'strength_score' AND horizon = 'latest' GROUP BY program ORDER BY program"
    )
    figures = stack.sql(question)
    assert figures == [
        {"program": "CONT", "people": 20, "mean": -0.15},
        {"program": "RI", "people": 16, "mean": 1.4375},
        {"program": "WI", "people": 21, "mean": 2.0476},
    ]
    again = stack.json("ingest", "file", str(path), "--source", "strength_trial")
    assert again["already_ingested"] is True
    stack.json("refresh")
    assert stack.sql(question) == figures


def test_a_shuffled_copy_of_the_file_adds_no_event(
    stack: Any, shared_data: Any, copy_of: Callable[[Path], Path]
) -> None:
    stack.json("ingest", "file", str(shared_data("strength_programs.csv")), "--source", "strength_trial")
    copy = copy_of(shared_data("strength_programs.csv"))
    rows = [line.split(",") for line in copy.read_text().splitlines()]
    copy.write_text("".join(",".join(reversed(row)) + "\n" for row in rows))
    report = stack.json("ingest", "file", str(copy), "--source", "strength_trial")
    assert (report["received"], report["duplicate"], report["accepted"]) == (399, 399, 0)


def refused(stack: Any, *words: str) -> str:
    """The sentence of a verb that must fail without a traceback."""
    done = stack.run(*words)
    said: str = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said
    return said


def test_an_unknown_source_is_refused_with_the_names_of_the_known_ones(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text("{}\n")
    assert "therapist_form" in refused(stack, "ingest", "file", str(path), "--source", "nobody")
    answer = post(stack, "no key at all", [], source="nobody")
    assert answer.status_code in (401, 403, 404)


def test_an_empty_file_is_said_to_be_empty(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "nothing.csv"
    path.touch()
    done = stack.run("ingest", "file", str(path), "--source", "dynamometer")
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode != 0
    assert "is empty" in done.stderr


def test_binary_rubbish_is_counted_line_by_line_as_rejected(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "rubbish.jsonl"
    path.write_bytes(bytes(range(256)) * 40)
    report = stack.json("ingest", "file", str(path), "--source", "home_app")
    assert report["received"] == report["rejected"] > 0


def test_rejected_records_can_be_replayed_and_stay_rejected_while_nothing_changed(stack: Any) -> None:
    report = stack.json("ingest", "replay", "home_app")
    assert report["replayed"] == report["rejected"] > 0
    assert report["recovered"] == 0


def test_a_wrong_key_opens_no_door(stack: Any) -> None:
    answer = post(stack, "not-the-key", opening("NOBODY-1"))
    assert answer.status_code == 401


def test_a_record_of_five_megabytes_is_refused_and_the_door_stays_open(stack: Any, key: str) -> None:
    answer = post(stack, key, [{"form_id": "x" * 5_000_000}])
    assert answer.status_code == 413
    assert post(stack, key, opening("AFTER-BIG")).status_code in (200, 202)


def test_a_batch_gets_a_verdict_and_reasons_for_each_record(stack: Any, key: str) -> None:
    good = opening("VERDICTS-1")[0]
    naive = form("VERDICTS-2", "episode", "episode", 0, condition="post_injury") | {
        "occurred_at": "2026-06-01T09:00:00"
    }
    answer = post(stack, key, [good, naive, good])
    verdicts = answer.json()["records"]
    assert [each["verdict"] for each in verdicts] == ["accepted", "rejected", "duplicate"]
    assert verdicts[1]["reasons"][0]["path"] == "$.occurred_at"


def test_a_worker_killed_outright_is_restarted_and_goes_on(stack: Any, key: str, ear: Ear) -> None:
    (worker,) = [
        each for each in psutil.process_iter(["cmdline", "environ"])
        if (each.info["cmdline"] or [])[-1:] == ["stream"]
        and "infra.leash" not in (each.info["cmdline"] or [])
        and (each.info["environ"] or {}).get("MYOMAP_HOME") == str(stack.home.root)
    ]  # fmt: skip
    os.kill(worker.pid, signal.SIGKILL)
    assert post(stack, key, opening("KILLED-1")).status_code in (200, 202)
    who = patient_key(stack, key, "KILLED-1")
    wait_for(lambda: who in ear.heard, 60, "the restarted worker did not fold the record")


def test_a_second_start_is_refused_with_what_to_do(stack: Any) -> None:
    assert "myomap down" in refused(stack, "up", "--detach")


def test_everything_is_shown_as_ready(stack: Any) -> None:
    states = {each["service"]: each["state"] for each in stack.json("status")["services"]}
    assert states == dict.fromkeys(("broker", "door", "worker", "refresher", "dashboards"), "ready")


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(stack: Any, installation: Any) -> None:
    taken = stack.environment["MYOMAP_HTTP_PORT"]
    installation.environment["MYOMAP_HTTP_PORT"] = taken
    said = refused(installation, "up", "--detach")
    assert taken in said and "MYOMAP_HTTP_PORT" in said
    assert installation.processes() == []


def test_a_supervisor_killed_outright_leaves_nothing_running(installation: Any) -> None:
    started = installation.run("up", "--detach", "--refresh-every", "3600")
    assert started.returncode == 0, started.stdout + started.stderr
    note = json.loads((installation.home.run / "supervisor.json").read_text())
    os.kill(note["pid"], signal.SIGKILL)
    wait_for(lambda: not _alive(installation), 60, f"still running: {installation.processes()}")


def _alive(installation: Any) -> bool:
    listed = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    lines = [line for line in listed.splitlines() if str(installation.home.root) in line]
    return any(not line.startswith("Z") for line in lines)
