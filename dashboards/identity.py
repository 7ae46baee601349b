"""Who is in front of the page: nobody, or whoever the development switch says."""

import streamlit as st

from contracts.settings import Settings
from dashboards import marts, questions
from dashboards.access import NOBODY, ROLE_NAMES, SWITCH, THERAPIST, Scope
from dashboards.marts import NoRelease
from dashboards.words import label, therapist

ALL_CLINICS = "all"
FIELDS = ("role", "clinic", "therapist")


def identify(settings: Settings) -> Scope:
    """The visitor's scope; without the development switch nobody is anybody, and everything is denied."""
    if not settings.development_identity:
        return NOBODY
    _take_from_address()
    with st.sidebar:
        st.caption("Development identity")
        role = st.selectbox("Role", list(ROLE_NAMES), key="role", format_func=ROLE_NAMES.__getitem__)
        if role == "data_engineer":
            return Scope(role)
        people = _people(settings)
        clinics = sorted({each["clinic"] for each in people})
        return _therapist(people, clinics) if role == THERAPIST else _director(clinics)


def _director(clinics: list[str]) -> Scope:
    clinic = _choose("Clinic", [ALL_CLINICS, *clinics], "clinic", label)
    return Scope("director", None if clinic == ALL_CLINICS else clinic)


def _therapist(people: list[dict[str, str]], clinics: list[str]) -> Scope:
    clinic = _choose("Clinic", clinics, "clinic", label)
    here = [each["therapist"] for each in people if each["clinic"] == clinic]
    return Scope(THERAPIST, clinic, _choose("Therapist", here, "therapist", therapist))


def _choose(name: str, options: list[str], key: str, words: object) -> str | None:
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    chosen: str | None = st.selectbox(name, options, key=key, format_func=words)  # type: ignore[call-overload]
    return chosen


def _take_from_address() -> None:
    """A link may name the identity: ``?role=therapist&clinic=…&therapist=…``."""
    for name in FIELDS:
        if name in st.query_params and name not in st.session_state:
            st.session_state[name] = st.query_params[name]
    if st.session_state.get("role") not in (None, *ROLE_NAMES):
        del st.session_state["role"]


def _people(settings: Settings) -> list[dict[str, str]]:
    try:
        release = marts.current(settings.home)
    except NoRelease:
        return []
    return marts.rows(release, Scope(SWITCH), questions.IDENTITIES)
