"""A malformed contract is described in sentences that name the place and what to do."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from contracts.metaschema import complaints, place

METASCHEMA = json.loads(files("contracts").joinpath("odcs.schema.json").read_text(encoding="utf-8"))


def fields(document: Any) -> Any:
    return document["schema"][0]["properties"]


def event(document: Any) -> Any:
    return document["customProperties"][2]["value"][0]


def test_the_metaschema_is_json_schema() -> None:
    jsonschema_rs.meta.validate(METASCHEMA)


def test_a_well_formed_contract_has_no_complaints(document: dict[str, Any]) -> None:
    assert complaints(document, METASCHEMA) == []


BROKEN: list[tuple[Callable[[Any], Any], str]] = [
    (lambda d: d.pop("team"), "the document: 'team' is missing; add it."),
    (
        lambda d: fields(d)[0].pop("description"),
        "schema[test].properties[who]: 'description' is missing; add it.",
    ),
    (
        lambda d: fields(d)[0].update(classification="secret"),
        'schema[test].properties[who].classification: "secret" must be one of identifier, reference, '
        "case_mix, clinical, operational.",
    ),
    (
        lambda d: fields(d)[0].update(description="who it is"),
        'schema[test].properties[who].description: "who it is" must be a sentence: a capital first, a full '
        "stop last.",
    ),
    (
        lambda d: fields(d)[0].update(maxlength=3),
        "schema[test].properties[who]: there is no property 'maxlength'; see contracts/README.md.",
    ),
    (
        lambda d: fields(d)[0].update(logicalType="text"),
        'schema[test].properties[who].logicalType: "text" must be one of string, integer, number, boolean, '
        "date, timestamp, array.",
    ),
    (
        lambda d: d["customProperties"].pop(1),
        "customProperties: the custom property 'patient' is missing; add it.",
    ),
    (
        lambda d: d["customProperties"].pop(2),
        "customProperties: the custom property 'events' is missing; add it.",
    ),
    (
        lambda d: d["customProperties"][0].update(value="xml"),
        'customProperties[format].value: "xml" must be one of json, jsonl, csv.',
    ),
    (
        lambda d: event(d).pop("identity"),
        "customProperties[events].value[test]: 'identity' is missing; add it.",
    ),
    (
        lambda d: event(d)["fields"].update(value={"from": "force", "times": 2}),
        "customProperties[events].value[test].fields.value: there is no property 'times'; see "
        "contracts/README.md.",
    ),
]


@pytest.mark.parametrize(("breaks", "sentence"), BROKEN, ids=range(len(BROKEN)))
def test_each_complaint_says_where_and_what(
    breaks: Callable[[Any], Any], sentence: str, document: dict[str, Any]
) -> None:
    breaks(document)
    assert complaints(document, METASCHEMA) == [sentence]


@pytest.mark.parametrize("document", [None, [], "text", {}, {"schema": 3, "customProperties": [1]}])
def test_anything_else_is_complained_about_too(document: Any) -> None:
    assert complaints(document, METASCHEMA)


def test_list_entries_are_named_where_they_have_a_name() -> None:
    document = {"a": [{"name": "x"}, {"property": "y"}, 3]}
    assert [place(["a", index], document) for index in range(3)] == ["a[x]", "a[y]", "a[2]"]
