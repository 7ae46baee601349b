"""What the sources said is held against their contracts, without a list kept by hand."""

from contracts.events import EVENT_TYPES
from contracts.registry import load
from warehouse.spoken import spoken_checks

FOUND = {each.check_id: each for each in spoken_checks()}


def test_words_and_bounds_are_those_of_the_contract() -> None:
    place = FOUND["home_app.SessionRecorded.place"]
    assert place.query == (
        "SELECT * FROM lake.events AS m WHERE m.source = 'home_app' AND m.event_type = 'SessionRecorded'"
        " AND m.place IS NOT NULL AND NOT (m.place IN ('home'))"
    )
    assert "m.pain >= 0.0 AND m.pain <= 10.0" in FOUND["therapist_form.SymptomReported.pain"].counted
    assert {each.severity for each in FOUND.values()} == {"refuse"}


def test_every_event_type_carries_what_its_class_requires() -> None:
    for name in EVENT_TYPES:
        assert "m.patient_key IS NULL" in FOUND[f"events.{name}.required"].counted
    assert "m.phase IS NULL" in FOUND["events.SymptomReported.required"].counted
    assert "m.pain IS NULL" not in FOUND["events.SymptomReported.required"].counted


def test_every_source_of_the_registry_is_known() -> None:
    for source in load().sources():
        assert f"'{source}'" in FOUND["events.source"].counted
        assert any(name.startswith(f"{source}.") for name in FOUND)
