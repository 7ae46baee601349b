"""The input fields of *Record*, form by form: what was entered, and what is wrong with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from contracts.vocabulary import MUSCLE_GROUPS, SIDES, STAGES
from dashboards import forms, panel
from dashboards.words import label, stage, unit

Measures = Mapping[str, dict[str, Any]]
Entered = tuple[dict[str, Any], list[str]]


def who_and_when(clinic: str, zone: str) -> tuple[dict[str, str], datetime]:
    """The patient, the therapist and the moment; references stay with the clinic and go to the door only."""
    place = st.columns(3)
    patient = place[0].text_input("Patient's reference", key="patient_ref", help="As on your forms.")
    episode = place[1].text_input("Course of care (may stay empty)", key="episode_ref")
    therapist = place[2].text_input("Your reference", key="recorded_by")
    moment = datetime.now(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)
    when = st.columns(3)
    on = when[0].date_input("Date", value=moment.date(), key="on")
    time = when[1].time_input(f"Time ({zone})", value=moment.time(), key="time")
    at = datetime.combine(on, time, ZoneInfo(zone))
    who = {"patient_ref": patient.strip(), "clinic": clinic, "zone": zone}
    return who | {"episode_ref": episode.strip(), "recorded_by": therapist.strip()}, at


def measurement(measures: Measures) -> Entered:
    """One value of one measure."""
    place = st.columns(3)
    with place[0]:
        words = {name: f"{row['label']} ({unit(row['unit'])})" for name, row in measures.items()}
        measure = panel.choose("Measure", list(measures), "measure", words.__getitem__)
    if measure is None:
        return {}, ["This release knows no measure. Run `myomap refresh` first."]
    about = measures[measure]
    span = f"{about['low']:g} to {about['high']:g}"
    value = place[1].number_input(f"Value ({unit(about['unit'])}, {span})", value=None, key="value")
    occasion = place[2].selectbox("Occasion", forms.OCCASIONS, index=1, format_func=label, key="occasion")
    group, side = _muscle() if about["at_muscle"] else (None, None)
    method, device = _how(about)
    fields = {"measure": measure, "value": value, "unit": about["unit"], "occasion": occasion}
    fields |= {"muscle_group": group, "side": side, "method": method, "device_class": device}
    if method != "self_report":
        fields["rater_ref"] = st.session_state.get("recorded_by")
    return fields, forms.measurement_problems(about, value, group)


def symptoms(_measures: Measures) -> Entered:
    """What the patient said of a session or a moment."""
    place = st.columns(3)
    phase = place[0].selectbox("When", forms.PHASES, index=1, format_func=label, key="phase")
    pain = place[1].number_input("Pain (0 to 10)", 0.0, 10.0, value=None, step=1.0, key="pain")
    soreness = place[2].selectbox("Soreness", forms.SORENESS, index=None, format_func=label, key="soreness")
    effusion = st.number_input("Swelling, effusion grade (0 to 3)", 0, 3, value=None, key="effusion")
    fields = {"phase": phase, "pain": pain, "soreness": soreness, "effusion_grade": effusion}
    said = any(value is not None for value in (pain, soreness, effusion))
    return fields, [] if said else ["Fill in pain, soreness or swelling: the report is empty."]


def override(_measures: Measures) -> Entered:
    """A stage that the therapist sets; it always wins over the rules."""
    group, side = _muscle()
    place = st.columns(2)
    to = place[0].selectbox("To stage", STAGES, format_func=stage, key="to_stage")
    reason = place[1].selectbox("Reason", forms.OVERRIDE_REASONS, format_func=label, key="reason")
    wrong = [] if group else ["Choose the muscle group and the side of the track."]
    return {"muscle_group": group, "side": side, "to_stage": to, "reason_code": reason}, wrong


FIELDS: Final[dict[str, Callable[[Measures], Entered]]] = {
    "measurement": measurement,
    "symptoms": symptoms,
    "override": override,
}


def _muscle() -> tuple[str | None, str | None]:
    place = st.columns(2)
    group = place[0].selectbox("Muscle group", MUSCLE_GROUPS, index=None, format_func=label, key="group")
    side = place[1].selectbox("Side", SIDES, format_func=label, key="side")
    return group, side if group else None


def _how(about: Mapping[str, Any]) -> tuple[str, str]:
    """Method and device, as this measure is usually taken until something else is chosen."""
    place = st.columns(2)
    method = place[0].selectbox(
        "Method", forms.METHODS, _at(forms.METHODS, about.get("method")), format_func=label,
        key=f"method-{about['measure']}",
    )  # fmt: skip
    device = place[1].selectbox(
        "Device", forms.DEVICES, _at(forms.DEVICES, about.get("device_class")), format_func=label,
        key=f"device-{about['measure']}",
    )  # fmt: skip
    return method, device


def _at(words: tuple[str, ...], usual: str | None) -> int:
    return words.index(usual) if usual in words else 0
