"""From a contract follow its JSON Schema, its raw topic and its entry in the catalogue."""

import copy
import json
from typing import Any

import jsonschema_rs
import pytest

from contracts.accept import Accepted, accept
from contracts.derive import (
    CLEAN_TEXT,
    Expectation,
    catalogue,
    expectations,
    json_schema,
    property_of,
    topic_of,
)
from contracts.registry import Registry


def test_every_schema_is_valid_json_schema_and_json(sources: Registry) -> None:
    for source in sources.sources():
        schema = json_schema(sources.contract(source))
        jsonschema_rs.meta.validate(schema)
        assert json.loads(json.dumps(schema)) == schema


def test_a_record_that_the_schema_takes_needs_only_what_its_rule_needs(
    document: dict[str, Any], make_contract: Any, record: dict[str, Any]
) -> None:
    document["customProperties"][2]["value"][0]["when"] = {"equals": {"note": "test"}}
    validator = jsonschema_rs.Draft202012Validator(json_schema(make_contract(document)))
    del record["force"]
    assert validator.is_valid(record)
    assert not validator.is_valid(record | {"note": "test"})
    assert validator.is_valid(record | {"note": "test", "force": 3})


def test_a_rule_on_presence_asks_when_one_of_its_fields_is_there(
    document: dict[str, Any], make_contract: Any, record: dict[str, Any]
) -> None:
    rule = document["customProperties"][2]["value"][0]
    rule["when"], rule["requires"] = {"anyPresent": ["force", "side"]}, ["note"]
    validator = jsonschema_rs.Draft202012Validator(json_schema(make_contract(document)))
    bare = {name: record[name] for name in ("who", "at", "test")}
    assert validator.is_valid(bare)
    assert not validator.is_valid(bare | {"side": "L"})
    assert not validator.is_valid(bare | {"force": 3})


@pytest.mark.parametrize("text", ["", "   ", "a\x1fb", "a\nb", "\x7f"])
def test_text_that_does_not_show_or_forges_a_separator_is_refused(
    text: str, document: dict[str, Any], make_contract: Any
) -> None:
    validator = jsonschema_rs.Draft202012Validator(property_of(make_contract(document).field("note")))
    assert not validator.is_valid(text)
    assert validator.is_valid(" seen ")
    assert CLEAN_TEXT


def test_the_raw_topic_is_kept_seven_days(sources: Registry) -> None:
    topic = topic_of(sources.contract("home_app"))
    assert topic.name == "myomap.raw.home_app"
    assert dict(topic.config)["retention.ms"] == str(7 * 86_400_000)


def test_the_catalogue_has_a_row_for_each_field(sources: Registry) -> None:
    contract = sources.contract("dynamometer")
    rows = catalogue(contract)
    assert [row["field"] for row in rows] == [field.name for field in contract.fields]
    assert rows[0] == {
        "source": "dynamometer",
        "version": 1,
        "field": "patient_ref",
        "type": "string",
        "required": True,
        "unit": None,
        "privacy": "identifier",
        "meaning": "The clinic's reference of the patient; it stops at the door.",
    }
    assert copy.copy(rows) == catalogue(contract)


def test_expectations_are_in_canonical_words_and_units(document: dict[str, Any], make_contract: Any) -> None:
    found = {each.field: each for each in expectations(make_contract(document))}
    assert found["side"] == Expectation("OutcomeMeasured", "side", words=("left", "right"))
    assert found["method"].words == ("isometric",)
    assert (found["value"].low, found["value"].high) == (0, pytest.approx(2000 * 9.80665))


def test_several_rules_for_one_event_are_expected_together(sources: Registry) -> None:
    found = {(each.event_type, each.field): each for each in expectations(sources.contract("home_app"))}
    assert set(found["SymptomReported", "phase"].words) == {"before", "during", "after", "next_morning"}
    assert (found["SymptomReported", "pain"].low, found["SymptomReported", "pain"].high) == (0, 10)
    assert ("SessionRecorded", "attended") not in found


def test_accepted_events_are_as_expected(
    document: dict[str, Any], make_contract: Any, record: dict[str, Any]
) -> None:
    contract = make_contract(document)
    found = accept(record, contract)
    assert isinstance(found, Accepted)
    for each in expectations(contract):
        value = found.drafts[0].fields[each.field]
        assert value in each.words if each.words else each.low <= value <= each.high  # type: ignore[operator]
