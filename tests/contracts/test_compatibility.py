"""Changes of a contract are told apart: those that break a sender or a reader, and those that do not."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contracts.compatibility import breaking, breaks_between, compare
from contracts.registry import Registry


def field(document: Any, position: int) -> Any:
    return document["schema"][0]["properties"][position]


def event(document: Any) -> Any:
    return document["customProperties"][2]["value"][0]


def fresh(name: str, required: bool = False) -> dict[str, Any]:
    return {"name": name, "logicalType": "string", "description": "Fresh.", "required": required}


BREAKING: list[tuple[Callable[[Any], Any], str, str]] = [
    (lambda d: d["schema"][0]["properties"].pop(6), "removed", "$.note"),
    (lambda d: field(d, 6).update(name="remark"), "renamed", "$.note"),
    (lambda d: d["schema"][0]["properties"].append(fresh("extra", True)), "added", "$.extra"),
    (lambda d: field(d, 6).update(required=True), "required", "$.note"),
    (lambda d: field(d, 6).update(logicalType="number"), "type", "$.note"),
    (lambda d: field(d, 6)["logicalTypeOptions"].update(maxLength=5), "max_length", "$.note"),
    (lambda d: field(d, 6).update(classification="identifier"), "privacy", "$.note"),
    (lambda d: field(d, 3)["logicalTypeOptions"].update(minimum=1), "minimum", "$.force"),
    (lambda d: field(d, 3)["logicalTypeOptions"].update(maximum=10), "maximum", "$.force"),
    (lambda d: field(d, 3)["customProperties"][0].update(property="unit", value="N"), "unit", "$.force"),
    (lambda d: field(d, 5)["enum"].pop(), "words", "$.side"),
    (
        lambda d: field(d, 6).update(enum=[{"value": "a"}]),
        "words",
        "$.note",
    ),
    (lambda d: event(d).update(identity=["test", "at"]), "identity", "event test"),
    (lambda d: event(d).update(name="other"), "event_removed", "event test"),
    (lambda d: event(d).update(requires=["note"]), "required", "event test"),
    (lambda d: event(d).update(when={"present": ["side"]}), "condition", "event test"),
    (lambda d: event(d)["fields"].update(method={"constant": "isokinetic"}), "meaning", "event test.method"),
    (
        lambda d: event(d).update(occurredAt={"date": "2026-01-05", "at": "09:00", "zone": "Etc/UTC"}),
        "moment",
        "event test",
    ),
    (lambda d: d["customProperties"][0].update(value="csv"), "format", "$"),
    (lambda d: d["customProperties"].append({"property": "latenessDays", "value": 30}), "lateness_days", "$"),
    (
        lambda d: d["customProperties"].append({"property": "patientNamespace", "value": "trial"}),
        "patient_namespace",
        "$",
    ),
]


@pytest.mark.parametrize(("changes", "kind", "path"), BREAKING, ids=[each[1] for each in BREAKING])
def test_what_breaks_is_found(
    changes: Callable[[Any], Any], kind: str, path: str, document: Any, make_contract: Any
) -> None:
    older = make_contract(deepcopy(document))
    changes(document)
    found = breaking(older, make_contract(document))
    assert (kind, path) in [(change.kind, change.path) for change in found]
    assert all(change.sentence.endswith(".") for change in found)


COMPATIBLE: list[tuple[Callable[[Any], Any], str]] = [
    (lambda d: d["schema"][0]["properties"].append(fresh("extra")), "added"),
    (lambda d: field(d, 2).update(required=False), "required"),
    (lambda d: field(d, 3)["logicalTypeOptions"].update(minimum=-1), "minimum"),
    (lambda d: field(d, 3)["logicalTypeOptions"].update(maximum=9000), "maximum"),
    (lambda d: field(d, 6)["logicalTypeOptions"].update(maxLength=50), "max_length"),
    (lambda d: field(d, 5)["enum"].append({"value": "B"}), "words"),
    (lambda d: field(d, 5).pop("enum"), "words"),
    (lambda d: d["customProperties"][2]["value"].append(event(d) | {"name": "again"}), "event_added"),
    (lambda d: event(d).update(references={"rater": "note"}), "meaning"),
    (lambda d: d["customProperties"].append({"property": "latenessDays", "value": 500}), "lateness_days"),
]


@pytest.mark.parametrize(("changes", "kind"), COMPATIBLE, ids=[each[1] for each in COMPATIBLE])
def test_what_does_not_break_is_told_and_passes(
    changes: Callable[[Any], Any], kind: str, document: Any, make_contract: Any
) -> None:
    older = make_contract(deepcopy(document))
    changes(document)
    newer = make_contract(document)
    assert breaking(older, newer) == ()
    assert kind in [change.kind for change in compare(older, newer)]


def test_a_contract_agrees_with_itself(sources: Registry) -> None:
    for source in sources.sources():
        assert compare(sources.contract(source), sources.contract(source)) == ()


def test_what_a_list_holds_is_compared_too(sources: Registry, document: Any, make_contract: Any) -> None:
    held = [{"name": "stage", "logicalType": "string", "description": "Stage.", "required": True}]
    tracks = fresh("tracks") | {
        "logicalType": "array",
        "items": {"logicalType": "object", "properties": held},
    }
    document["schema"][0]["properties"].append(tracks)
    older = make_contract(deepcopy(document))
    held.clear()
    (change,) = breaking(older, make_contract(document))
    assert (change.kind, change.path) == ("removed", "$.tracks[].stage")


def test_versions_are_compared_one_after_the_other(document: Any, make_contract: Any) -> None:
    first = make_contract(deepcopy(document))
    document["version"] = "2.0.0"
    field(document, 6).update(required=True)
    second = make_contract(document)
    assert list(breaks_between((first, second))) == [(1, 1)]
    assert breaks_between((first,)) == {}
