"""The mapping language: renaming, constants, units, codes, lists, days, conditions, references, targets."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.accept import Accepted, Rejected, accept
from contracts.contract import Condition, Contract, Draft, Field, Reason, Target, TargetRule, Value
from contracts.declaration import contract_from
from contracts.mapping import as_text
from contracts.registry import Registry, load


def rule_of(document: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = document["customProperties"][2]["value"][0]
    return rule


def only_draft(record: dict[str, Any], contract: Contract) -> Draft:
    found = accept(record, contract)
    assert isinstance(found, Accepted), found
    (draft,) = found.drafts
    return draft


def test_a_record_becomes_its_event(document: dict[str, Any], make_contract: Any, record: Any) -> None:
    draft = only_draft(record, make_contract(document))
    assert draft.event_type == "OutcomeMeasured"
    assert draft.identity == ("T-1",)
    assert draft.occurred_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert draft.fields["value"] == pytest.approx(44.482216152605)
    assert draft.fields["side"] == "left"
    assert draft.fields["muscle_group"] == "quadriceps"


def test_a_field_that_is_not_there_is_not_said(
    document: dict[str, Any], make_contract: Any, record: Any
) -> None:
    del record["side"]
    assert "side" not in only_draft(record, make_contract(document)).fields


def test_a_fixed_unit_is_converted(document: dict[str, Any], make_contract: Any, record: Any) -> None:
    rule_of(document)["fields"]["value"] = {"from": "force", "unit": "kgf", "to": "N"}
    assert only_draft(record, make_contract(document)).fields["value"] == pytest.approx(98.0665)


def test_references_stay_apart_from_fields(document: dict[str, Any], make_contract: Any, record: Any) -> None:
    rule_of(document)["references"] = {"rater": "note", "episode_id": "who"}
    draft = only_draft(record | {"note": "R-7"}, make_contract(document))
    assert draft.references == {"rater": "R-7", "episode_id": "A-1"}
    assert "rater" not in draft.fields
    assert only_draft(record, make_contract(document)).references == {"episode_id": "A-1"}


def test_one_record_says_each_event_whose_condition_holds(
    document: dict[str, Any], make_contract: Any, record: Any
) -> None:
    events = document["customProperties"][2]["value"]
    events[0]["when"] = {"present": ["force", "unit"]}
    events.append(
        {
            "name": "gone",
            "event": "PatientErased",
            "when": {"equals": {"note": "erase"}},
            "identity": ["test"],
            "occurredAt": "at",
        }
    )
    contract = make_contract(document)
    both = accept(record | {"note": "erase"}, contract)
    assert isinstance(both, Accepted)
    assert [draft.event_type for draft in both.drafts] == ["OutcomeMeasured", "PatientErased"]
    del record["force"]
    assert only_draft(record | {"note": "erase"}, contract).event_type == "PatientErased"
    assert accept(record, contract) == Rejected((Reason("no_event", "$"),))


@settings(max_examples=40)
@given(day=st.integers(1, 366))
def test_days_count_from_the_declared_day_in_its_zone(day: int) -> None:
    document = counted()
    found = accept({"who": "A", "day": day, "force": 1}, contract_from(document, "leg_scale", 1))
    assert isinstance(found, Accepted)
    (draft,) = found.drafts
    assert (draft.occurred_at.date() - datetime(2026, 3, 2, tzinfo=UTC).date()).days == day - 1
    # 09:00 in Berlin is 08:00 UTC in winter and 07:00 from 29 March to 25 October 2026.
    summer = datetime(2026, 3, 29, tzinfo=UTC) <= draft.occurred_at < datetime(2026, 10, 25, tzinfo=UTC)
    assert draft.occurred_at.hour == (7 if summer else 8)
    assert draft.identity == ("A", str(day))


def counted() -> dict[str, Any]:
    bounds = {"logicalTypeOptions": {"minimum": 0, "maximum": 400}}
    number = [{"property": "unit", "value": "N"}]
    return {
        "name": "Counted",
        "team": {"name": "t"},
        "description": {"purpose": "Days."},
        "schema": [
            {
                "properties": [
                    {"name": "who", "logicalType": "string", "required": True},
                    {"name": "day", "logicalType": "integer", "customProperties": number, **bounds},
                    {"name": "force", "logicalType": "number", "customProperties": number, **bounds},
                ]
            }
        ],
        "customProperties": [
            {"property": "format", "value": "json"},
            {"property": "patient", "value": "who"},
            {
                "property": "events",
                "value": [
                    {
                        "name": "day",
                        "event": "PatientErased",
                        "identity": ["who", "day"],
                        "occurredAt": {
                            "date": "2026-03-02",
                            "at": "09:00",
                            "zone": "Europe/Berlin",
                            "dayField": "day",
                        },
                    }
                ],
            },
        ],
    }


def test_lists_of_objects_take_the_declared_names_only(sources: Registry) -> None:
    tracks = [{"muscle_group": "quadriceps", "side": "left", "stage": "S0", "extra": 1}]
    draft = only_draft(form("program", program="p", tracks=tracks), sources.contract("therapist_form"))
    assert draft.fields["tracks"] == [{"muscle_group": "quadriceps", "side": "left", "stage": "S0"}]


def form(kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "form_id": "F-9",
        "form": kind,
        "patient_ref": "A-1",
        "clinic": "riverside",
        "zone": "Europe/Berlin",
        "episode_ref": "E-1",
        "occurred_at": "2026-03-02T10:00:00+01:00",
        **fields,
    }


def correction(kind: str, **right: Any) -> dict[str, Any]:
    return form("correction", corrects_form=kind, corrects_form_id="F-1", reason_code="wrong_value", **right)


def test_a_correction_changes_what_its_target_reads_and_what_no_form_must_carry(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    draft = only_draft(correction("session", quality=1, red_flag=True, pain=3), contract)
    assert draft.target == Target("SessionRecorded", ("F-1",))
    assert draft.fields == {"changes": {"quality": 1.0, "red_flag": True}, "reason_code": "wrong_value"}
    nothing = accept(correction("session", pain=3), contract)
    assert nothing == Rejected((Reason("no_change", "$"),))


def test_a_correction_of_an_override_keeps_its_own_reason_to_itself(sources: Registry) -> None:
    draft = only_draft(correction("override", to_stage="S2"), sources.contract("therapist_form"))
    assert draft.fields["changes"] == {"to_stage": "S2"}


def test_what_every_form_carries_is_never_a_change(sources: Registry) -> None:
    draft = only_draft(correction("episode", severity="mild"), sources.contract("therapist_form"))
    assert draft.fields["changes"] == {"severity": "mild"}


def test_a_right_number_is_said_as_the_event_says_it(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    pain = only_draft(correction("symptoms", pain=3), contract).fields["changes"]["pain"]
    version = only_draft(correction("program", policy_version=2.0), contract).fields["changes"]
    assert isinstance(pain, float)
    assert isinstance(version["policy_version"], int)


def test_a_retraction_names_its_target(sources: Registry) -> None:
    record = form(
        "retraction", retracts_form="closure", retracts_form_id="F-1", reason_code="entered_in_error"
    )
    draft = only_draft(record, sources.contract("therapist_form"))
    assert draft.target == Target("EpisodeClosed", ("F-1",))
    assert draft.fields == {"reason_code": "entered_in_error"}


def test_the_identity_of_a_corrected_form_is_the_one_that_the_form_had(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    wrong = only_draft(form("closure", reason="goals_met") | {"form_id": "F-1"}, contract)
    right = only_draft(correction("closure", reason="referred_on"), contract)
    assert right.target == Target(wrong.event_type, wrong.identity)
    assert right.identity != wrong.identity


def test_identities_are_text_that_is_the_same_for_the_same_value() -> None:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert [as_text(each) for each in ("a", 1, 1.5, True, moment, moment.date())] == [
        "a",
        "1",
        "1.5",
        "true",
        "2026-03-02T09:00:00+00:00",
        "2026-03-02",
    ]


def tablet(**answers: Any) -> dict[str, Any]:
    form = {"patient_ref": "A-1", "form_id": "Q-1", "filled_in_at": "2026-03-02T09:40:00+01:00"}
    given = {f"function_{number}": 2 for number in range(1, 9)} | answers
    return form | {name: value for name, value in given.items() if value is not None}


def test_a_score_is_formed_at_the_door_and_the_answers_stay_there() -> None:
    contract = load().contract("questionnaire_tablet")
    draft = only_draft(tablet(function_3=5, function_8=None), contract)
    assert draft.fields["value"] == pytest.approx(17 / 7)
    assert draft.fields.keys() == {"measure", "value", "unit", "method", "device_class"}


def test_too_few_answers_are_a_reason_with_the_first_that_is_missing() -> None:
    contract = load().contract("questionnaire_tablet")
    found = accept(tablet(function_3=None, function_8=None), contract)
    assert found == Rejected((Reason("too_few_answered", "$.function_3"),))
    assert isinstance(accept(tablet(function_3=6), contract), Rejected)


def test_a_form_that_is_corrected_is_scored_anew() -> None:
    source = load().contract("questionnaire_tablet")
    (rule,) = source.rules
    target = TargetRule("corrects", (Value("corrects_id"),))
    correction = replace(
        rule, name="correction", event_type="EventCorrected", values=(), target=target,
        condition=Condition(present=("corrects",)),
    )  # fmt: skip
    form = replace(rule, condition=Condition(present=("form_kind",)))
    words = [
        Field(name, "string", False, None, "operational", "A word.")
        for name in ("corrects", "corrects_id", "form_kind")
    ]
    contract = replace(source, fields=(*source.fields, *words), rules=(form, correction))
    right = only_draft(tablet(corrects="hand_function", corrects_id="Q-0", function_1=3), contract)
    assert right.fields["changes"] == {"value": pytest.approx(17 / 8)}
