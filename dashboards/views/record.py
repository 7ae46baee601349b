"""Therapist: record a measurement, a symptom report or an override, through the same door as every source."""

import uuid
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboards import forms, panel, questions, record_fields
from dashboards.posting import post
from dashboards.visit import Visit

KINDS = {
    "measurement": "A measurement",
    "symptoms": "A symptom report",
    "override": "An override of the stage",
}


def body(visit: Visit) -> None:
    """Who and when, the fields of the form, then sending."""
    measures = {row["measure"]: row for row in visit.rows(questions.MEASURES)}
    zones = [row["zone"] for row in visit.rows(questions.EPISODES)]
    kind = st.segmented_control(
        "What", list(KINDS), default="measurement", required=True, format_func=KINDS.__getitem__, key="kind"
    )
    # Fields outside of a form, so that the measure decides which of them are asked for.
    with st.container(border=True):
        who, at = record_fields.who_and_when(visit.scope.clinic or "", zones[0] if zones else "UTC")
        fields, wrong = record_fields.FIELDS[str(kind)](measures)
        sent = st.button("Send", type="primary", icon=":material/send:", key="send")
    if sent:
        _send(visit, forms.record(str(kind), _form_id(), who, at, **fields), wrong)
    st.caption(
        "Every form goes through the HTTP door and is judged by the contract of the source "
        "therapist_form. A mistake is put right by a correction, never by changing what was recorded."
    )


def _send(visit: Visit, content: dict[str, Any], wrong: list[str]) -> None:
    found = [*wrong, *forms.problems(content, datetime.now(UTC))]
    if found:
        st.error("Not sent. " + " ".join(dict.fromkeys(found)), icon=":material/error:")
        return
    answer = post(visit.settings, content)
    said = " ".join(answer.sentences)
    if answer.outcome in ("accepted", "duplicate"):
        st.success(said, icon=":material/check_circle:")
        del st.session_state["form_id"]
    elif answer.outcome == "rejected":
        st.error("The door refused the form. " + said, icon=":material/error:")
    else:
        st.warning(said, icon=":material/cloud_off:")


def _form_id() -> str:
    """Kept until the form is taken in, so that sending it again counts once."""
    return str(st.session_state.setdefault("form_id", f"page/{uuid.uuid4()}"))


if __name__ == "__main__":
    panel.page("Record", "Write down what you measured, heard or decided.", body)
