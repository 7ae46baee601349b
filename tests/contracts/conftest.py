"""Contracts and documents that several tests look at, and what turns drafts into events."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from contracts import registry
from contracts.contract import Contract, Draft
from contracts.declaration import contract_from
from contracts.events import Event, event_id_of
from contracts.registry import Registry

PROPERTY = {"unit", "unitField", "vocabulary"}


@pytest.fixture(scope="session")
def sources() -> Registry:
    """The registry of the package."""
    return registry.load()


def _field(name: str, kind: str, **said: Any) -> dict[str, Any]:
    field = {"name": name, "logicalType": kind, "classification": "clinical", "description": f"The {name}."}
    field["customProperties"] = [
        {"property": name, "value": value} for name, value in said.items() if name in PROPERTY
    ]
    return field | {name: value for name, value in said.items() if name not in PROPERTY}


@pytest.fixture
def make_field() -> Callable[..., dict[str, Any]]:
    """A property of a schema; keywords are its keys or custom properties."""
    return _field


@pytest.fixture
def document() -> dict[str, Any]:
    """A small sound contract: a scale that weighs the force of a leg press."""
    properties = [
        _field("who", "string", required=True, classification="identifier"),
        _field("at", "timestamp", required=True, logicalTypeOptions={"timezone": True}),
        _field("test", "string", required=True, classification="reference"),
        _field("force", "number", unitField="unit", logicalTypeOptions={"minimum": 0, "maximum": 2000}),
        _field("unit", "string", enum=[{"value": "N"}, {"value": "lbf"}, {"value": "kgf"}]),
        _field("side", "string", enum=[{"value": "L"}, {"value": "R"}]),
        _field("note", "string", logicalTypeOptions={"maxLength": 10}),
    ]
    rule = {
        "name": "test",
        "event": "OutcomeMeasured",
        "identity": ["test"],
        "occurredAt": "at",
        "fields": {
            "measure": {"constant": "muscle_strength"},
            "value": {"from": "force", "unitField": "unit", "to": "N"},
            "unit": {"constant": "N"},
            "method": {"constant": "isometric"},
            "device_class": {"constant": "hand_held_dynamometer"},
            "muscle_group": {"constant": "quadriceps"},
            "side": {"from": "side", "codes": {"L": "left", "R": "right"}},
        },
    }
    return copy.deepcopy(
        {
            "apiVersion": "v3.2.0",
            "kind": "DataContract",
            "id": "myomap.leg_scale",
            "version": "1.0.0",
            "name": "Leg scale",
            "status": "active",
            "team": {"name": "devices"},
            "description": {"purpose": "Force of the leg press."},
            "customProperties": [
                {"property": "format", "value": "json"},
                {"property": "patient", "value": "who"},
                {"property": "events", "value": [rule]},
            ],
            "schema": [{"name": "test", "logicalType": "object", "properties": properties}],
        }
    )


@pytest.fixture
def make_contract() -> Callable[[Mapping[str, Any]], Contract]:
    """The contract of a document, as version 1 of the source ``leg_scale``."""
    return lambda document: contract_from(document, "leg_scale", 1)


@pytest.fixture
def record() -> dict[str, Any]:
    """A record that the small contract accepts."""
    return {
        "who": "A-1",
        "at": "2026-03-02T10:00:00+01:00",
        "test": "T-1",
        "force": 10,
        "unit": "lbf",
        "side": "L",
    }


@pytest.fixture(scope="session")
def make_event() -> Callable[[Draft, Contract], Event]:
    """The event that a door would make of a draft, with keys that stand in for the vault's."""

    def make(draft: Draft, contract: Contract) -> Event:
        fields: dict[str, Any] = {**draft.fields, **draft.references}
        if draft.target is not None:
            name = "corrects" if draft.event_type == "EventCorrected" else "retracts"
            target = draft.target
            fields[name] = event_id_of("k1", contract.source, target.event_type, target.identity)
        if draft.other_subject is not None:
            fields["other_key"] = "k2"
        event: Event = msgspec.convert(
            {
                "type": draft.event_type,
                "event_id": event_id_of("k1", contract.source, draft.event_type, draft.identity),
                "patient_key": "k1",
                "occurred_at": draft.occurred_at,
                "received_at": draft.occurred_at,
                "source": contract.source,
                "contract_version": contract.version,
                **fields,
            },
            Event,
        )
        return event

    return make
