"""What the door's tests share: a publisher that remembers and fails on demand, forms, and a door."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.events import Event, decode
from contracts.registry import load
from contracts.topics import EVENTS, RECEIPTS, REJECTED
from ingest.door import Door
from ingest.errors import PublishFailed
from ingest.publish import Message
from ingest.records import Received
from ingest.store import Store, open_store

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Killed(Exception):
    """Stands for the end of the process at this point."""


class Memory:
    """A Kafka that remembers; ``fail_at`` counts down calls to one that is refused or cut off."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fail_at: int | None = None
        self.how = "refused"

    def publish(self, messages: Sequence[Message]) -> None:
        """Remember all, or fail: nothing taken, half of it taken, or all taken and no answer heard."""
        if self.fail_at is not None:
            self.fail_at -= 1
            if self.fail_at < 0:
                self.fail_at = None
                self._fail(messages)
        self.messages += messages

    def _fail(self, messages: Sequence[Message]) -> None:
        kept = {"refused": 0, "half": len(messages) // 2, "unheard": len(messages), "killed": len(messages)}
        self.messages += messages[: kept[self.how]]
        if self.how == "killed":
            raise Killed
        raise PublishFailed("Kafka did not answer.")

    def close(self) -> None:
        """Nothing is open."""

    def events(self) -> list[Event]:
        """Every event that was taken, also those taken twice."""
        return [decode(each.value) for each in self.messages if each.topic == EVENTS]

    def receipts(self) -> dict[str, dict[str, Any]]:
        """The latest receipt of each record."""
        found = [json.loads(each.value) for each in self.messages if each.topic == RECEIPTS]
        return {each["record_id"]: each for each in found}

    def rejections(self) -> list[dict[str, Any]]:
        """Every rejection."""
        return [json.loads(each.value) for each in self.messages if each.topic == REJECTED]


class Clinic:
    """A door of its own on a folder, with a clock that stands still, and the forms it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kafka = Memory()
        self.now = NOON
        self.store: Store
        self.door: Door
        self.open()

    def open(self) -> None:
        """Open the store as a process does that begins."""
        self.store = open_store(self.folder)
        self.door = Door(self.store, self.kafka, load(), lambda: self.now)

    def reopen(self) -> None:
        """What is left after the process has ended and another one begins."""
        self.store.close()
        self.open()

    def send(self, *forms: bytes, origin: str = "") -> tuple[str, ...]:
        """Take forms in; the verdicts. Without ``origin`` each call is a sending of its own."""
        prefix = origin or f"sending-{len(self.kafka.messages)}"
        records = [Received(raw, f"{prefix}/{at}") for at, raw in enumerate(forms)]
        return tuple(each.verdict for each in self.door.take_in("test", "therapist_form", records))

    def key(self, patient: str) -> str | None:
        """The key of a patient."""
        return self.door.look_up(patient, "test")


def form(patient: str, number: str, kind: str = "measurement", **fields: Any) -> bytes:
    """A therapist's form: by default a questionnaire."""
    content = {
        "form_id": f"{patient}/{number}",
        "form": kind,
        "patient_ref": patient,
        "clinic": "riverside",
        "zone": "Europe/Berlin",
        "episode_ref": f"{patient}-E1",
        "occurred_at": "2026-03-02T09:15:00+01:00",
        "recorded_by": "T01",
    }
    if kind == "measurement":
        content |= {"measure": "rmdq", "value": 14, "unit": "score", "method": "self_report"}
        content |= {"device_class": "questionnaire"}
    return json.dumps(content | fields).encode()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A door on an empty folder."""
    made = Clinic(tmp_path / "door")
    yield made
    made.store.close()


@pytest.fixture
def make_clinic(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Clinic]:
    """Makes doors on empty folders, for tests that need one per example."""
    return lambda: Clinic(tmp_path_factory.mktemp("door") / "door")


@pytest.fixture
def make_form() -> Callable[..., bytes]:
    """Makes a therapist's form of (patient, number, kind, **fields)."""
    return form


@pytest.fixture
def killed() -> type[Exception]:
    """What the remembering Kafka raises where a process is killed."""
    return Killed
