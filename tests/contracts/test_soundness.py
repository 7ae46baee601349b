"""A contract that could accept what no event may say is refused before it accepts anything."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.registry import Registry
from contracts.soundness import complaints


def event(document: Any) -> Any:
    return document["customProperties"][2]["value"][0]


def field(document: Any, position: int) -> Any:
    return document["schema"][0]["properties"][position]


def test_the_sources_and_the_small_contract_are_sound(
    sources: Registry, document: Any, make_contract: Any
) -> None:
    assert complaints(make_contract(document)) == []
    for source in sources.sources():
        assert complaints(sources.contract(source)) == []


BREAKS: list[tuple[Callable[[Any], Any], str]] = [
    (
        lambda d: event(d)["fields"].update(value={"score": "tug", "items": ["force"]}),
        "value: nothing scores 'tug'",
    ),
    (
        lambda d: event(d)["fields"].update(value={"score": "bctq_fss", "items": ["force"]}),
        "bctq_fss is scored from 8 items",
    ),
    (
        lambda d: event(d)["fields"].update(value={"score": "bctq_fss", "items": ["force"]}),
        "force must lie between 1 and 5",
    ),
    (
        lambda d: event(d)["fields"].update(value={"score": "bctq_fss", "items": ["note"]}),
        "items are numbers of class clinical",
    ),
    (lambda d: event(d).update(event="Sneezed"), "event test: 'Sneezed' is no event"),
    (
        lambda d: event(d).update(identity=["nothing"]),
        "event test: it names nothing, which the schema does not",
    ),
    (
        lambda d: event(d)["fields"].update(colour={"constant": "red"}),
        "OutcomeMeasured has no field 'colour'",
    ),
    (lambda d: event(d)["fields"].update(rater="note"), "OutcomeMeasured has no field 'rater'"),
    (lambda d: event(d)["fields"].update(event_id="note"), "OutcomeMeasured has no field 'event_id'"),
    (lambda d: event(d).update(references={"program": "note"}), "OutcomeMeasured has no reference 'program'"),
    (lambda d: event(d)["fields"].pop("unit"), "event test: OutcomeMeasured also needs unit."),
    (lambda d: event(d).update(occurredAt="note"), "occurredAt: note must be a timestamp."),
    (
        lambda d: event(d).update(occurredAt={"date": "2026-01-05", "at": "09:00", "zone": "Europe/Nowhere"}),
        "'Europe/Nowhere' is no IANA time zone.",
    ),
    (
        lambda d: event(d).update(
            occurredAt={"date": "2026-01-05", "at": "09:00", "zone": "Etc/UTC", "dayField": "note"}
        ),
        "occurredAt: note must be an integer",
    ),
    (lambda d: event(d).update(otherPatient="note"), "otherPatient belongs to PatientsMerged"),
    (lambda d: event(d).update(target={"rule": "note", "identity": ["test"]}), "a target belongs to"),
    (
        lambda d: event(d).update(
            event="EventRetracted", fields={}, target={"rule": "side", "identity": ["test"]}
        ),
        "target: side must enumerate names of events, not ['L', 'R'].",
    ),
    (
        lambda d: event(d)["fields"].update(side="side"),
        "side: 'L' would be accepted, but the event refuses it",
    ),
    (lambda d: event(d)["fields"].update(side="note"), "side: 'any text' would be accepted"),
    (
        lambda d: event(d)["fields"].update(side={"from": "side", "codes": {"L": "left"}}),
        "its codes must be exactly the words that side enumerates.",
    ),
    (
        lambda d: event(d)["fields"].update(side={"from": "side", "codes": {"L": "left", "R": "wrong"}}),
        "side: 'wrong' would be accepted",
    ),
    (
        lambda d: event(d)["fields"].update(value={"from": "force", "unitField": "unit", "to": "kg"}),
        "value: N, lbf, kgf does not convert to kg; see contracts/units.py.",
    ),
    (lambda d: event(d)["fields"].update(method={"constant": "guess"}), "method: 'guess' would be accepted"),
    (lambda d: field(d, 3)["customProperties"].clear(), "field force: a number needs a unit"),
    (lambda d: field(d, 3).pop("logicalTypeOptions"), "field force: a number needs bounds"),
    (lambda d: field(d, 3)["logicalTypeOptions"].update(minimum=9000), "its minimum is above its maximum."),
    (
        lambda d: field(d, 5)["customProperties"].append({"property": "vocabulary", "value": "Colour"}),
        "field side: there is no such vocabulary",
    ),
    (lambda d: field(d, 0).update(classification="clinical"), "patient: who must be a required string"),
    (
        lambda d: event(d).update(event="ExerciseSetRecorded", fields={"exercise": "who"}),
        "exercise: who is of class identifier and stops at the door; map it under references.",
    ),
    (
        lambda d: event(d).update(references={"rater": "note"}),
        "note must be a string of classification reference or identifier.",
    ),
    (lambda d: field(d, 0).update(required=False), "patient: who must be a required string"),
    (lambda d: field(d, 6).update(name="who"), "field who: it is declared twice."),
    (lambda d: d["customProperties"][2]["value"].append(event(d)), "event test: there are two of that name."),
]


@pytest.mark.parametrize(("breaks", "said"), BREAKS, ids=range(len(BREAKS)))
def test_each_kind_of_nonsense_is_named(
    breaks: Callable[[Any], Any], said: str, document: Any, make_contract: Any
) -> None:
    breaks(document)
    found = complaints(make_contract(document))
    assert any(said in each for each in found), found


def test_a_range_that_the_event_refuses_is_named(document: Any, make_contract: Any, make_field: Any) -> None:
    bounds = {"minimum": 0, "maximum": 100}
    document["schema"][0]["properties"].append(
        make_field("pain", "number", unit="score", logicalTypeOptions=bounds)
    )
    event(document).update(event="SymptomReported", fields={"phase": {"constant": "during"}, "pain": "pain"})
    assert any("pain: 100.0 would be accepted" in each for each in complaints(make_contract(document)))
    bounds["maximum"] = 10
    assert complaints(make_contract(document)) == []


def test_a_load_in_pounds_must_be_converted(document: Any, make_contract: Any, make_field: Any) -> None:
    bounds = {"minimum": 0, "maximum": 500}
    document["schema"][0]["properties"].append(
        make_field("load", "number", unit="lb", logicalTypeOptions=bounds)
    )
    fields = {"exercise": {"constant": "press"}, "muscle_group": {"constant": "quadriceps"}}
    fields |= {"side": {"constant": "left"}, "load_kg": "load"}
    event(document).update(event="ExerciseSetRecorded", fields=fields)
    assert any("load_kg: it is in kg, and load in lb" in each for each in complaints(make_contract(document)))
    fields["load_kg"] = {"from": "load", "to": "kg"}
    assert complaints(make_contract(document)) == []


def test_what_a_list_holds_must_be_complete(document: Any, make_contract: Any, make_field: Any) -> None:
    held = [
        make_field("muscle_group", "string", vocabulary="MuscleGroup", required=True),
        make_field("side", "string", vocabulary="Side", required=True),
        make_field("stage", "string", vocabulary="Stage"),
    ]
    tracks = make_field("tracks", "array", items={"logicalType": "object", "properties": held})
    document["schema"][0]["properties"].append(tracks)
    fields = {"program": {"constant": "p"}, "tracks": "tracks"}
    event(document).update(event="ProgramAssigned", fields=fields, references={"episode_id": "who"})
    assert any(
        "tracks: " in each and "would be accepted" in each for each in complaints(make_contract(document))
    )
    held[2]["required"] = True
    assert complaints(make_contract(document)) == []


def test_a_file_of_cells_holds_no_lists(document: Any, make_contract: Any, make_field: Any) -> None:
    document["customProperties"][0]["value"] = "csv"
    document["schema"][0]["properties"].append(make_field("l", "array", items={"logicalType": "string"}))
    assert any("field l: a cell of a CSV file" in each for each in complaints(make_contract(document)))
