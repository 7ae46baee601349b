"""Errors of the schema become reasons with codes; moments, days and zones are read with care."""

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest

from contracts.checks import MOST_REASONS, day, is_zone, moment, path_of, readers, schema_reasons, zone
from contracts.contract import Reason
from contracts.mapping import Unmappable
from contracts.registry import Registry


def reasons(schema: dict[str, Any], record: dict[str, Any]) -> list[tuple[str, str]]:
    validator = jsonschema_rs.Draft202012Validator(schema)
    return [(reason.code, reason.path) for reason in schema_reasons(validator, record)]


@pytest.mark.parametrize(
    ("schema", "value", "code"),
    [
        ({"enum": ["a"]}, "b", "unknown_code"),
        ({"minimum": 0}, -1, "out_of_range"),
        ({"maximum": 0}, 1, "out_of_range"),
        ({"maxLength": 1}, "ab", "too_long"),
        ({"maxItems": 0}, [1], "too_many"),
        ({"type": "number"}, "1", "wrong_type"),
        ({"pattern": "x"}, "  ", "blank"),
        ({"pattern": "x"}, "y", "invalid_text"),
        ({"multipleOf": 2}, 1, "invalid"),
    ],
)
def test_each_kind_of_error_has_its_code(schema: dict[str, Any], value: Any, code: str) -> None:
    assert reasons({"properties": {"f": schema}}, {"f": value}) == [(code, "$.f")]


def test_what_is_missing_is_named_where_it_is_missing() -> None:
    schema = {"properties": {"l": {"items": {"required": ["a"]}}}, "required": ["b"]}
    assert reasons(schema, {"l": [{}]}) == [("missing", "$.b"), ("missing", "$.l[0].a")]


def test_no_more_than_twenty_reasons_are_told() -> None:
    schema = {"required": [f"f{number}" for number in range(50)]}
    assert len(reasons(schema, {})) == MOST_REASONS


def test_paths_are_written_as_in_jsonpath() -> None:
    assert path_of(["tracks", 0, "side"]) == "$.tracks[0].side"
    assert path_of([]) == "$"


def test_a_moment_needs_a_zone_and_becomes_utc() -> None:
    assert moment("2026-03-02T10:00:00+01:00", "$.at") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert moment("2026-03-02T10:00:00Z", "$.at") == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-02T10:00:00", "naive_time"),
        ("2026-03-02", "naive_time"),
        ("yesterday", "not_a_time"),
        ("0001-01-01T00:00:00+14:00", "out_of_range"),
        ("9999-12-31T23:59:59-14:00", "out_of_range"),
    ],
)
def test_moments_that_are_none(text: str, code: str) -> None:
    with pytest.raises(Unmappable) as refused:
        moment(text, "$.at")
    assert refused.value.reason == Reason(code, "$.at")


def test_days_are_dates_of_our_times() -> None:
    assert day("2026-03-02", "$.d") == "2026-03-02"
    assert day("20260302", "$.d") == "2026-03-02"
    for text, code in (("2 March", "not_a_date"), ("0001-01-01", "out_of_range")):
        with pytest.raises(Unmappable, match=code):
            day(text, "$.d")


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../../etc/passwd", "Europe", "", "\x00"])
def test_only_iana_zones_are_zones(name: str) -> None:
    assert is_zone("Europe/Berlin")
    assert not is_zone(name)
    with pytest.raises(Unmappable, match="unknown_zone"):
        zone(name, "$.zone")


def test_moments_days_and_zones_of_a_contract_are_read(sources: Registry) -> None:
    assert dict(readers(sources.contract("therapist_form"))) == {
        "occurred_at": moment,
        "onset_on": day,
        "zone": zone,
    }
