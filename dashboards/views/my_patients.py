"""Therapist: my open tracks on the ladder; who stands still, falls back, or is due for review."""

import streamlit as st

from dashboards import panel, patients, questions
from dashboards.visit import Visit
from dashboards.words import label

FIRST = 12


def body(visit: Visit) -> None:
    """Counts, filter, a card per patient, the whole list as a table."""
    tracks = [row for row in visit.rows(questions.TRACKS) if row["is_open"]]
    if not tracks:
        panel.empty("You have no open track in this release. Tracks open when a program is assigned.")
        return
    marked = patients.marked(tracks, visit.release.as_of)
    panel.cards(patients.summary(marked))
    place = st.columns(2)
    with place[0]:
        mark = panel.choose("Show", ["all", *patients.MARKS], "mark", patients.mark_words)
    with place[1]:
        conditions = ["all", *sorted({row["condition"] for row in marked})]
        condition = panel.choose("Condition", conditions, "my_condition", label)
    shown = [
        row for row in marked if mark in ("all", *row["marks"]) and condition in ("all", row["condition"])
    ]
    if not shown:
        panel.empty("No track fits this filter. Choose another one.")
    people = patients.by_person(shown)
    every = len(people) <= FIRST or st.toggle(f"Show all {len(people)} patients", key="every")
    place = st.columns(2)
    for spot, (key, rows) in enumerate(people if every else people[:FIRST]):
        with place[spot % 2]:
            _patient(key, rows)
    with st.expander("All of these tracks as a table"):
        panel.table(shown, patients.TRACK_COLUMNS, "Your open tracks.", "tracks")


def _patient(key: tuple[str, str], rows: list[dict[str, object]]) -> None:
    with st.container(border=True):
        words, button = st.columns([5, 1], vertical_alignment="top")
        with words:
            st.html(patients.patient_html(key[0], rows))
        with button:
            if st.button("Open", key=f"open-{key[0]}-{key[1]}", width="stretch"):
                st.session_state["patient"] = key
                st.switch_page("views/one_patient.py")


if __name__ == "__main__":
    panel.page("My patients", "Who is where on the ladder, and who needs a look today?", body)
