"""A document becomes frozen types; what a rule needs is derived from the event that it says."""

from datetime import date, time
from typing import Any

from contracts.contract import Condition, Contract, Moment, TargetRule, Value
from contracts.declaration import custom
from contracts.registry import Registry


def test_the_path_names_source_and_version(document: dict[str, Any], make_contract: Any) -> None:
    contract: Contract = make_contract(document)
    assert (contract.source, contract.version) == ("leg_scale", 1)
    assert (contract.title, contract.owner, contract.format) == ("Leg scale", "devices", "json")
    assert contract.lateness_days == 400
    assert contract.patient_namespace is None


def test_custom_properties_may_set_what_has_a_default(document: dict[str, Any], make_contract: Any) -> None:
    document["customProperties"] += [
        {"property": "latenessDays", "value": 30},
        {"property": "cadenceHours", "value": 12},
        {"property": "maxBytes", "value": 200},
        {"property": "patientNamespace", "value": "trial"},
    ]
    contract: Contract = make_contract(document)
    assert (contract.lateness_days, contract.cadence_hours, contract.max_bytes) == (30, 12, 200)
    assert contract.patient_namespace == "trial"
    assert custom(document)["patient"] == "who"


def test_closed_lists_are_named_and_not_copied(sources: Registry) -> None:
    side = sources.contract("therapist_form").field("side")
    assert side is not None
    assert side.enumeration == ("left", "right", "bilateral", "midline")


def test_values_of_every_kind_are_read(document: dict[str, Any], make_contract: Any) -> None:
    values = dict(make_contract(document).rules[0].values)
    assert values["measure"] == Value(constant="muscle_strength")
    assert values["value"] == Value(source="force", unit_field="unit", to="N")
    assert values["side"].codes == (("L", "left"), ("R", "right"))


def test_a_rule_requires_what_its_event_identity_and_time_need(
    document: dict[str, Any], make_contract: Any
) -> None:
    assert set(make_contract(document).rules[0].required) == {"force", "unit", "test", "at"}


def test_a_rule_may_require_more(document: dict[str, Any], make_contract: Any) -> None:
    document["customProperties"][2]["value"][0]["requires"] = ["note"]
    assert "note" in make_contract(document).rules[0].required


def test_days_can_be_counted_from_a_declared_day(sources: Registry) -> None:
    rule = sources.contract("strength_trial").rule("measurement")
    assert rule is not None
    assert rule.moment == Moment(first_day=date(2026, 1, 5), at=time(9), zone="Etc/UTC", day_field="day")


def test_conditions_and_targets_are_read(sources: Registry) -> None:
    during = sources.contract("home_app").rule("symptoms_during")
    correction = sources.contract("therapist_form").rule("correction")
    assert during is not None
    assert during.condition == Condition((("kind", "session"),), any_present=("pain_during", "soreness"))
    assert correction is not None
    assert correction.target == TargetRule("corrects_form", (Value(source="corrects_form_id"),))
    assert {"corrects_form", "corrects_form_id"} <= set(correction.required)
