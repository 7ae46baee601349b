"""A measurement must be one that the registry of measures knows, in its unit and within its values."""

from datetime import UTC, datetime
from typing import Any

from contracts.contract import Draft, Reason, Target
from contracts.measurement import complaints
from contracts.registry import Registry

AT = datetime(2026, 3, 2, tzinfo=UTC)


def said(sources: Registry, source: str = "therapist_form", **fields: Any) -> list[Reason]:
    draft = Draft(
        "OutcomeMeasured", ("M1",), AT, {"measure": "rmdq", "value": 14.0, "unit": "score"} | fields
    )
    return complaints(draft, sources.contract(source))


def test_a_good_measurement_has_none(sources: Registry) -> None:
    assert said(sources) == []


def test_each_complaint_names_the_field_of_the_record(sources: Registry) -> None:
    assert said(sources, measure="mood") == [Reason("unknown_measure", "$.measure")]
    assert said(sources, unit="points") == [Reason("unit_mismatch", "$.unit")]
    assert said(sources, value=25.0) == [Reason("out_of_range", "$.value")]


def test_a_converted_value_is_complained_about_where_it_came_from(sources: Registry) -> None:
    found = said(sources, "dynamometer", measure="muscle_strength", unit="N", value=1e6)
    assert found == [Reason("out_of_range", "$.peak_force")]
    assert said(sources, "dynamometer", measure="mood") == [Reason("unknown_measure", "$")]


def corrected(sources: Registry, event_type: str, **changes: Any) -> list[Reason]:
    target = Target(event_type, ("M1",))
    draft = Draft("EventCorrected", ("C1",), AT, {"changes": changes}, target=target)
    return complaints(draft, sources.contract("therapist_form"))


def test_right_values_are_held_to_the_registry_as_far_as_they_name_the_measure(sources: Registry) -> None:
    assert corrected(sources, "OutcomeMeasured", value=1e6) == []
    assert corrected(sources, "OutcomeMeasured", measure="rmdq", value=1e6) == [
        Reason("out_of_range", "$.value")
    ]
    assert corrected(sources, "SessionRecorded", measure="mood") == []
