"""Who is in front of the page: nobody, or whoever the development switch says."""

import streamlit as st

from contracts.settings import Settings
from dashboards import marts, questions
from dashboards.access import DATA_ENGINEER, DIRECTOR, NOBODY, ROLE_NAMES, SWITCH, THERAPIST, Scope
from dashboards.marts import NoRelease
from dashboards.words import label, therapist

ALL_CLINICS = "all"
FIELDS = ("role", "clinic", "therapist")
KEPT = "myomap_identity"


def identify(settings: Settings) -> Scope:
    """The visitor's scope; without the development switch nobody is anybody, and everything is denied."""
    if not settings.development_identity:
        return NOBODY
    _recall()
    with st.sidebar:
        st.caption("Development identity")
        scope = _chosen(settings)
    # A switch of pages may forget the widgets' state, so the choice is kept apart from them.
    st.session_state[KEPT] = {"role": scope.role, "clinic": scope.clinic or ALL_CLINICS}
    st.session_state[KEPT] |= {"therapist": scope.therapist}
    return scope


def _chosen(settings: Settings) -> Scope:
    role = st.selectbox("Role", list(ROLE_NAMES), key="role", format_func=ROLE_NAMES.__getitem__)
    if role == DATA_ENGINEER:
        return Scope(role)
    people = _people(settings)
    clinics = sorted({each["clinic"] for each in people})
    return _therapist(people, clinics) if role == THERAPIST else _director(clinics)


def _director(clinics: list[str]) -> Scope:
    clinic = _choose("Clinic", [ALL_CLINICS, *clinics], "clinic", label)
    return Scope(DIRECTOR, None if clinic == ALL_CLINICS else clinic)


def _therapist(people: list[dict[str, str]], clinics: list[str]) -> Scope:
    clinic = _choose("Clinic", clinics, "clinic", label)
    here = [each["therapist"] for each in people if each["clinic"] == clinic]
    return Scope(THERAPIST, clinic, _choose("Therapist", here, "therapist", therapist))


def _choose(name: str, options: list[str], key: str, words: object) -> str | None:
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    chosen: str | None = st.selectbox(name, options, key=key, format_func=words)  # type: ignore[call-overload]
    return chosen


def _recall() -> None:
    """The choice so far; at first a link may name it: ``?role=therapist&clinic=…&therapist=…``."""
    kept = st.session_state.get(KEPT, dict(st.query_params))
    for name in FIELDS:
        if kept.get(name) is not None and name not in st.session_state:
            st.session_state[name] = kept[name]
    if st.session_state.get("role") not in (None, *ROLE_NAMES):
        del st.session_state["role"]


def _people(settings: Settings) -> list[dict[str, str]]:
    try:
        release = marts.current(settings.home)
    except NoRelease:
        return []
    return marts.rows(release, Scope(SWITCH), questions.IDENTITIES)
