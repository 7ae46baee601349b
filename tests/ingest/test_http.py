"""The HTTP door: keys, limits, verdicts, and no answer before Kafka has acknowledged."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from contracts.registry import load
from contracts.settings import Settings
from contracts.topics import EVENTS, RECEIPTS
from infra.conservation import accounts, read_receipts
from infra.lag import end_offsets
from ingest.bodies import CLOUDEVENT
from ingest.door import Door
from ingest.http import MAX_BODY, create_app
from ingest.keys import KeyRing
from ingest.lines import MAX_RECORD
from ingest.publish import KafkaPublisher
from ingest.store import open_store

FORMS = "/v1/sources/therapist_form/events"


class Caller:
    """A sender with the key of the therapists' form."""

    def __init__(self, clinic: Any) -> None:
        self.ring = KeyRing(clinic.folder)
        self.key = self.ring.create("therapist_form")
        self.client = TestClient(create_app(clinic.door, self.ring), raise_server_exceptions=False)

    def post(
        self, content: bytes, path: str = FORMS, key: str | None = None, **headers: str
    ) -> httpx.Response:
        given = {"X-API-Key": self.key if key is None else key}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: httpx.Response = self.client.post(path, content=content, headers=given | named)
        return answer


@pytest.fixture
def caller(clinic: Any) -> Caller:
    return Caller(clinic)


def verdicts(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["verdict"] for each in answer.json()["records"]]


def test_every_record_of_a_list_gets_its_verdict_with_reasons_and_paths(
    caller: Caller, make_form: Any
) -> None:
    broken = make_form("P1", "M2", value=99)
    answer = caller.post(
        b"[" + b",".join([make_form("P1", "M1"), broken, make_form("P1", "M1"), b"{]"]) + b"]"
    )
    assert verdicts(answer) == ["accepted", "rejected", "duplicate", "rejected"]
    told = answer.json()
    assert {name: told[name] for name in ("received", "accepted", "duplicate", "rejected")} == {
        "received": 4,
        "accepted": 1,
        "duplicate": 1,
        "rejected": 2,
    }
    assert told["records"][1]["reasons"] == [{"code": "out_of_range", "path": "$.value"}]


def test_one_record_is_a_list_of_one_and_an_empty_list_is_no_mistake(caller: Caller, make_form: Any) -> None:
    assert verdicts(caller.post(make_form("P1", "M1"))) == ["accepted"]
    assert verdicts(caller.post(b"[]")) == []
    assert caller.post(b" ").status_code == 400


def test_cloud_events_in_structured_mode_are_understood(caller: Caller, make_form: Any) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "form", "type": "x"}
    event["data"] = json.loads(make_form("P1", "M1"))
    body = json.dumps(event).encode()
    for _ in range(2):  # the same event again is the same record, whose verdict stands
        assert verdicts(caller.post(body, content_type=CLOUDEVENT)) == ["accepted"]
    assert verdicts(caller.post(b"{}", content_type=CLOUDEVENT)) == ["rejected"]


def test_a_named_request_that_is_repeated_has_the_same_record_and_verdict(
    clinic: Any, caller: Caller, make_form: Any
) -> None:
    first = caller.post(make_form("P1", "M1"), idempotency_key="Findable-7")
    again = caller.post(make_form("P1", "M1"), idempotency_key="Findable-7")
    assert first.json() == again.json()
    (receipt,) = clinic.kafka.receipts().values()
    assert "Findable" not in json.dumps(receipt)


def test_without_a_valid_key_nothing_is_learned(caller: Caller, make_form: Any) -> None:
    paths = (FORMS, "/v1/sources/nobody/events", "/v1/lookup")
    answers = [caller.post(make_form("P1", "M1"), path, key="wrong") for path in paths]
    answers += [caller.post(make_form("P1", "M1"), path, key="") for path in paths]
    assert {(each.status_code, each.text) for each in answers} == {(401, answers[0].text)}


def test_a_key_opens_no_other_source_whether_there_is_one_or_not(caller: Caller, make_form: Any) -> None:
    paths = ("/v1/sources/home_app/events", "/v1/sources/nobody/events")
    answers = {(each.status_code, each.text) for path in paths for each in [caller.post(b"{}", path)]}
    assert len(answers) == 1
    assert answers.pop()[0] == 403
    gone = caller.ring.create("gone")
    assert caller.post(b"{}", "/v1/sources/gone/events", key=gone).status_code == 404


def test_what_is_too_large_is_refused_as_a_whole(clinic: Any, caller: Caller, make_form: Any) -> None:
    large = b'{"a": "' + b"x" * MAX_RECORD + b'"}'
    assert caller.post(b"[" + make_form("P1", "M1") + b"," + large + b"]").status_code == 413
    assert caller.post(b"[" + b"1," * (MAX_BODY // 2) + b"1]").status_code == 413
    assert clinic.kafka.messages == []


def test_a_body_without_a_declared_length_is_read_up_to_the_limit_only(clinic: Any, caller: Caller) -> None:
    read, answered = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        assert read <= MAX_BODY
        read += 65_536
        return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    headers = [(b"x-api-key", caller.key.encode())]
    scope = {"type": "http", "method": "POST", "path": FORMS, "query_string": b"", "headers": headers}
    asyncio.run(caller.client.app(scope, receive, send))
    assert answered[0]["status"] == 413


def test_kafka_that_does_not_answer_is_503_with_a_time_to_come_back(
    clinic: Any, caller: Caller, make_form: Any
) -> None:
    clinic.kafka.fail_at = 0
    answer = caller.post(make_form("P1", "M1"), idempotency_key="one")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert clinic.kafka.messages == []
    assert verdicts(caller.post(make_form("P1", "M1"), idempotency_key="one")) == ["accepted"]


def test_a_look_up_needs_the_forms_key_and_is_written_down(
    clinic: Any, caller: Caller, make_form: Any
) -> None:
    clinic.send(make_form("P1", "M1"))
    question = json.dumps({"reference": "P1", "actor": "dr"}).encode()
    found = caller.post(question, "/v1/lookup")
    assert found.json() == {"patient_key": clinic.kafka.events()[0].patient_key}
    assert found.headers["Cache-Control"] == "no-store"
    assert caller.post(question.replace(b"P1", b"P2"), "/v1/lookup").status_code == 404
    assert caller.post(question, "/v1/lookup", key=caller.ring.create("home_app")).status_code == 403
    assert [(who, found) for _, who, found in clinic.store.lookup.asked()] == [("dr", True), ("dr", False)]


@pytest.mark.parametrize(
    "body", [b"Findable", b"[]", b'{"reference": "Findable"}', b'{"reference": 7, "actor": "a"}']
)
def test_an_incomplete_question_is_not_repeated_in_the_answer(caller: Caller, body: bytes) -> None:
    answer = caller.post(body, "/v1/lookup")
    assert answer.status_code == 400
    assert "Findable" not in answer.text


def test_the_door_describes_itself_without_the_network(caller: Caller) -> None:
    assert caller.client.get("/healthz").json() == {"status": "ok"}
    assert set(caller.client.get("/openapi.json").json()["paths"]) == {
        "/healthz",
        "/v1/lookup",
        "/v1/sources/{source}/events",
    }
    assert "openapi.json" in caller.client.get("/docs").text


@pytest.mark.broker
def test_records_go_over_http_into_kafka(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None], make_form: Any
) -> None:
    clean_topics(partitions=4)
    settings = kafka_settings()
    folder = settings.home.door
    with (
        contextlib.closing(open_store(folder)) as store,
        contextlib.closing(KafkaPublisher(settings.kafka)) as publisher,
    ):
        ring = KeyRing(folder)
        key = ring.create("therapist_form")
        door = Door(store, publisher, load(), lambda: datetime.now(UTC))
        with serving(create_app(door, ring)) as address:
            forms = [json.loads(make_form("P1", f"M{number}")) for number in range(20)]
            sent = {"json": [*forms, {}], "headers": {"X-API-Key": key}}
            answers = [httpx.post(address + FORMS, timeout=60, trust_env=False, **sent) for _ in range(2)]
    assert verdicts(answers[0]) == ["accepted"] * 20 + ["rejected"]
    assert verdicts(answers[1]) == ["duplicate"] * 20 + ["rejected"]
    (account,) = accounts(read_receipts(settings))
    assert (account.received, account.accepted, account.duplicate, account.rejected) == (42, 20, 20, 2)
    assert sum(end_offsets(settings, EVENTS).values()) == 20
    assert sum(end_offsets(settings, RECEIPTS).values()) == 42


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application under a real server, on a port that the system chose."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
