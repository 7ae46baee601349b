"""The sources' own record formats: what each form, device and app writes, field by field."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ingest.simulator.person import Person, utc
from ingest.simulator.truth import Measure

POUND_FORCE, KILOGRAM_FORCE = 4.4482216152605, 9.80665
NEWTONS = {"N": 1.0, "lbf": POUND_FORCE, "kgf": KILOGRAM_FORCE}


@dataclass(frozen=True)
class SourceRecord:
    """One record as its source sends it.

    ``arrived_at`` (UTC) decides the file that it lands in. ``raw`` replaces ``fields`` where the
    record is broken on purpose; ``fault`` then says how.
    """

    source: str
    clinic: str
    arrived_at: datetime
    fields: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None
    fault: str | None = None


def form(person: Person, kind: str, number: str, at: datetime, **fields: Any) -> SourceRecord:
    """A form of the therapists' record; ``number`` makes its id unique within the patient."""
    content = {
        "form_id": f"{person.reference}/{number}",
        "form": kind,
        "patient_ref": person.reference,
        "clinic": person.clinic.name,
        "zone": person.clinic.zone,
        "episode_ref": person.episode,
        "occurred_at": at.isoformat(),
        "recorded_by": person.therapist,
        **{name: value for name, value in fields.items() if value is not None},
    }
    return SourceRecord("therapist_form", person.clinic.name, utc(at), content)


def episode(person: Person, at: datetime, onset: date) -> SourceRecord:
    """The form that opens the episode, with the case-mix known at time zero."""
    return form(
        person,
        "episode",
        "episode",
        at,
        condition=person.cell.condition,
        body_region=person.cell.body_region,
        side=person.side,
        onset_on=onset.isoformat(),
        origin=person.origin,
        chronicity=person.chronicity,
        severity=person.severity_name,
        age_band=person.age_band,
        sex=person.sex,
        comorbidity_count=person.comorbidities,
        prior_surgery=person.prior_surgery,
        payer_class=person.payer,
    )


def program(person: Person, at: datetime) -> SourceRecord:
    """The form that prescribes a tailoring: time zero."""
    cell = person.cell
    tracks = [
        {"muscle_group": group, "side": person.side, "stage": stage}
        for group, stage in zip(cell.muscle_groups, cell.entry, strict=True)
    ]
    return form(
        person,
        "program",
        "program",
        at,
        program=person.program.name,
        techniques=list(person.program.techniques),
        muscle_groups=list(cell.muscle_groups),
        goals=list(person.program.goals),
        sessions_per_week=1,
        minutes_per_session=person.program.minutes,
        policy="default_msk",
        policy_version=1,
        tracks=tracks,
    )


def measurement(
    person: Person, number: str, at: datetime, measure: Measure, value: float, occasion: str
) -> SourceRecord:
    """The form for one value of one outcome measure."""
    return form(
        person,
        "measurement",
        number,
        at,
        measure=measure.measure,
        value=value,
        unit=measure.unit,
        muscle_group=person.cell.muscle_groups[0] if measure.at_muscle else None,
        side=person.side if measure.at_muscle else None,
        method=measure.method,
        device_class=measure.device_class,
        rater_ref=None if measure.method == "self_report" else person.therapist,
        occasion=occasion,
    )


def clinic_session(person: Person, number: str, at: datetime, **fields: Any) -> SourceRecord:
    """The form for a session in the clinic, attended or missed."""
    session = f"{person.reference}-S{number}"
    return form(person, "session", f"S{number}", at, session_ref=session, place="clinic", **fields)


def symptoms(person: Person, number: str, at: datetime, **fields: Any) -> SourceRecord:
    """The form for what the therapist was told during a session."""
    session = f"{person.reference}-S{number}"
    return form(person, "symptoms", f"Y{number}", at, session_ref=session, phase="during", **fields)


def override(person: Person, at: datetime, stage: str, reason: str) -> SourceRecord:
    """The form with which a therapist sets a track's stage."""
    group = person.cell.muscle_groups[0]
    return form(
        person, "override", "V1", at, muscle_group=group, side=person.side, to_stage=stage, reason_code=reason
    )


def closure(person: Person, at: datetime, reason: str) -> SourceRecord:
    """The form that ends the episode."""
    return form(person, "closure", "closure", at, reason=reason)


def correction(person: Person, at: datetime, form_id: str, kind: str, **right: Any) -> SourceRecord:
    """The form that says what an earlier form should have said."""
    number = f"C-{form_id.rpartition('/')[2]}"
    return form(
        person,
        "correction",
        number,
        at,
        corrects_form_id=form_id,
        corrects_form=kind,
        reason_code="wrong_value",
        **right,
    )


def retraction(person: Person, at: datetime, form_id: str, kind: str) -> SourceRecord:
    """The form that takes an earlier form back."""
    number = f"T-{form_id.rpartition('/')[2]}"
    return form(
        person,
        "retraction",
        number,
        at,
        retracts_form_id=form_id,
        retracts_form=kind,
        reason_code="wrong_patient",
    )


def merge(person: Person, at: datetime, other: str) -> SourceRecord:
    """The form that says that two references are one person."""
    return form(person, "merge", "merge", at, other_patient_ref=other)


def erasure(person: Person, at: datetime) -> SourceRecord:
    """The form for a person who asks to be forgotten."""
    return form(person, "erasure", "erasure", at)


def dynamometer(person: Person, number: str, at: datetime, newtons: float, occasion: str) -> SourceRecord:
    """A row of the dynamometer's export, in the unit that the clinic's device speaks."""
    unit = person.clinic.force_unit
    content = {
        "patient_ref": person.reference,
        "measured_at": at.isoformat(),
        "device_id": f"{person.clinic.prefix}-HHD-{1 + person.position % 3}",
        "test_id": f"{person.reference}-{number}",
        "muscle_group": person.cell.muscle_groups[0],
        "side": person.side,
        "peak_force": f"{newtons / NEWTONS[unit]:.2f}",
        "force_unit": unit,
        "rater_ref": person.therapist,
        "occasion": occasion,
    }
    return SourceRecord("dynamometer", person.clinic.name, utc(at), content)


def motion_sensor(
    person: Person, number: str, at: datetime, muscle_group: str, place: str, reps: dict[str, Any]
) -> SourceRecord:
    """One set as the motion sensor saw it."""
    content = {
        "patient_ref": person.reference,
        "session_ref": f"{person.reference}-S{number}",
        "started_at": at.isoformat(),
        "set_id": f"{person.reference}-{number}-{muscle_group}",
        "exercise": person.cell.exercise,
        "muscle_group": muscle_group,
        "side": person.side,
        "place": place,
        **reps,
    }
    return SourceRecord("motion_sensor", person.clinic.name, utc(at), content)


def home_session(person: Person, number: str, at: datetime, **fields: Any) -> SourceRecord:
    """A home session, done or missed, as the app logs it."""
    return home_app(person, "session", number, at, **fields)


def next_morning(person: Person, number: str, at: datetime, pain: float) -> SourceRecord:
    """The app's question on the morning after a session."""
    return home_app(person, "symptom", number, at, phase="next_morning", pain=pain)


def home_app(person: Person, kind: str, number: str, at: datetime, **fields: Any) -> SourceRecord:
    """A home session, or a report of symptoms, from the patient's telephone."""
    content = {
        "patient_ref": person.reference,
        "session_ref": f"{person.reference}-S{number}",
        "started_at": at.isoformat(),
        "kind": kind,
        **{name: value for name, value in fields.items() if value is not None},
    }
    return SourceRecord("home_app", person.clinic.name, utc(at), content)
