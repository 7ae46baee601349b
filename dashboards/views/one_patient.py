"""Therapist: one patient, with the stage on the ladder, why, what is missing, and how it has gone."""

from typing import Any

import streamlit as st

from dashboards import figures, finding, panel, patients, questions
from dashboards.ladder import ladder
from dashboards.visit import Visit
from dashboards.words import CLASSES, day, label, person


def body(visit: Visit) -> None:
    """Choose a patient of one's own; then tracks, outcomes, sessions."""
    episodes = {(row["patient_key"], row["episode_id"]): row for row in visit.rows(questions.EPISODES)}
    if not episodes:
        panel.empty("You have no patient in this release yet. They appear once an episode is opened.")
        return
    finding.find(visit, episodes)
    key = panel.choose("Patient", list(episodes), "patient", lambda pair: _name(episodes[pair]))
    episode, chosen = episodes[key], {"patient_key": key[0], "episode_id": key[1]}
    tracks = [row for row in visit.rows(questions.TRACKS) if (row["patient_key"], row["episode_id"]) == key]
    if not tracks:
        panel.empty("No program has been assigned, so there is no stage yet. Assign a program first.")
    steps = visit.rows(questions.STAGES, **chosen)
    for track in tracks:
        _track(track, patients.steps_of(track, steps), episode["zone"])
    _outcomes(visit, chosen)
    _sessions(visit.rows(questions.SESSIONS, **chosen))


def _name(row: dict[str, Any]) -> str:
    state = "closed" if row["closed_at"] else "open"
    return (
        f"{person(row['patient_key'])} · {label(row['condition'])} · since {day(row['opened_at'])} · {state}"
    )


def _track(track: dict[str, Any], steps: list[dict[str, Any]], zone: str | None) -> None:
    st.subheader(f"{label(track['muscle_group'])}, {label(track['side']).lower()}")
    st.html(ladder(track["stage"], patients.entered(steps, zone)))
    panel.cards(patients.track_facts(track, zone))
    with st.expander("Every step so far, and why"):
        name = f"steps-{track['muscle_group']}-{track['side']}"
        panel.table(patients.explained(steps), patients.STEP_COLUMNS, "Steps on the ladder.", name)


def _outcomes(visit: Visit, chosen: dict[str, str]) -> None:
    found = patients.measured(visit.rows(questions.VALUES, **chosen), visit.rows(questions.CHANGES, **chosen))
    st.subheader("Strength, balance, function and pain over time")
    place = st.columns(2)
    for spot, (rows, about) in enumerate(found):
        with place[spot % 2], st.container(border=True):
            where = f", {label(about['muscle_group']).lower()}" if about["muscle_group"] else ""
            said = f" · {CLASSES[about['class']]}" if about["class"] in CLASSES else ""
            st.markdown(f"**{about['label']}**{where} · {label(about['domain'])}{said}")
            panel.figure(figures.course(rows, about), f"course-{spot}", "Not measured yet.")
    if not found:
        panel.empty("Nothing has been measured yet. Record a measurement on the page Record.")


def _sessions(sessions: list[dict[str, Any]]) -> None:
    st.subheader("Sessions")
    place = st.columns(2)
    with place[0]:
        panel.figure(figures.pain(sessions), "pain", "No pain has been reported yet.")
    with place[1]:
        panel.figure(figures.quality(sessions), "quality", "No session with a quality score yet.")
    with st.expander("All sessions"):
        panel.table(sessions, patients.SESSION_COLUMNS, "Sessions of this episode.", "sessions")


if __name__ == "__main__":
    panel.page("One patient", "Where is this patient on the way back to function, and why?", body)
