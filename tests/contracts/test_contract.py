"""The types of a contract are frozen, and say which field and which rule bears a name."""

import dataclasses
from datetime import UTC, datetime

import pytest

from contracts.contract import Draft, Reason
from contracts.registry import Registry


def test_fields_and_rules_are_found_by_name(sources: Registry) -> None:
    contract = sources.contract("dynamometer")
    field, rule = contract.field("peak_force"), contract.rule("test")
    assert field is not None
    assert field.unit == "in force_unit"
    assert rule is not None
    assert rule.event_type == "OutcomeMeasured"
    assert contract.field("nothing") is None
    assert contract.rule("nothing") is None


def test_contracts_reasons_and_drafts_cannot_be_changed(sources: Registry) -> None:
    frozen = (
        sources.contract("dynamometer"),
        Reason("missing", "$"),
        Draft("PatientErased", ("1",), datetime(2026, 1, 1, tzinfo=UTC), {}),
    )
    for each in frozen:
        name = dataclasses.fields(each)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(each, name, "other")


def test_every_field_says_what_it_means_in_which_unit_and_how_private_it_is(sources: Registry) -> None:
    for source in sources.sources():
        for field in sources.contract(source).fields:
            place = f"{source}.{field.name}"
            assert field.description.endswith("."), place
            assert field.privacy in ("identifier", "reference", "case_mix", "clinical", "operational"), place
            measured = field.type in ("number", "integer") and not field.enumeration
            assert bool(field.unit) == measured, place
