"""Finds one of a therapist's own patients by the clinic's reference, through the door's audited look-up."""

from collections.abc import Iterable

import streamlit as st

from dashboards.posting import UNKNOWN, look_up
from dashboards.visit import Visit

Key = tuple[str, str]


def find(visit: Visit, own: Iterable[Key]) -> None:
    """A field for a reference; a hit among ``own`` (patient, episode) becomes the chosen patient."""
    place = st.columns([3, 1], vertical_alignment="bottom")
    reference = place[0].text_input("Find by your reference of the patient", key="find_reference")
    if not place[1].button("Find", key="find", width="stretch") or not reference.strip():
        return
    key, sentence = look_up(visit.settings, reference.strip(), visit.scope.therapist or "")
    hits = [pair for pair in own if pair[0] == key]
    if hits:
        st.session_state["patient"] = hits[0]
    else:
        # The same words for a stranger's patient as for nobody: a look-up tells nothing of others.
        st.warning(sentence or UNKNOWN, icon=":material/search_off:")
