from typing import Any

import pytest
from patients import Patient, fold

from contracts import events
from streams.progression.attribution import attributed
from streams.progression.sessions import Sessions, sessions_of, trust

MINUTE = 1 / 24 / 60


@pytest.fixture
def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S0")
    return patient


def report(patient: Patient, day: float, **fields: Any) -> Any:
    given = {"place": "clinic", "attended": True, "episode_id": patient.episode_id}
    return patient.say(events.SessionRecorded, day, **given | fields)


def symptom(patient: Patient, day: float, phase: str = "during", **fields: Any) -> Any:
    given = {"phase": phase, "pain": 3.0, "episode_id": patient.episode_id}
    return patient.say(events.SymptomReported, day, **given | fields)


def sessions(patient: Patient) -> Sessions:
    (episode,) = attributed(fold(patient.events())).episodes.values()
    return sessions_of(episode)


def test_reports_of_one_place_within_90_minutes_are_one_session(ann: Patient) -> None:
    report(ann, 3)
    report(ann, 3 + 90 * MINUTE, source="home_app")
    report(ann, 3 + 92 * MINUTE)
    assert [len(each.reports) for each in sessions(ann).all] == [2, 1]


def test_reports_of_two_places_are_two_sessions(ann: Patient) -> None:
    report(ann, 3)
    report(ann, 3, place="home")
    assert len(sessions(ann).all) == 2


def test_field_by_field_a_therapist_is_believed_before_a_device_before_an_app(ann: Patient) -> None:
    report(ann, 3, source="home_app", quality=0.5, attended=True)
    report(ann, 3 + MINUTE, source="motion_sensor", quality=0.7)
    report(ann, 3 + 2 * MINUTE, source="therapist_form", attended=False)
    (session,) = sessions(ann).all
    assert session.attended is False
    assert session.quality == 0.7
    assert [trust(each.source) for each in session.reports] == [0, 1, 2]


def test_a_red_flag_from_anybody_counts(ann: Patient) -> None:
    report(ann, 3, red_flag=False)
    report(ann, 3, source="home_app", red_flag=True)
    assert sessions(ann).all[0].red_flag


def test_a_named_session_is_believed_whatever_the_time(ann: Patient) -> None:
    report(ann, 3, session_id="third")
    report(ann, 10, session_id="tenth")
    symptom(ann, 12, session_id="third")
    assert [len(each.symptoms) for each in sessions(ann).all] == [1, 0]


def test_the_next_morning_belongs_to_the_session_before_it(ann: Patient) -> None:
    report(ann, 3)
    report(ann, 5)
    symptom(ann, 3.9, "next_morning")
    symptom(ann, 8, "next_morning")
    found = sessions(ann)
    assert [len(each.symptoms) for each in found.all] == [1, 0]
    assert found.loose_symptoms == 1


def test_what_was_felt_before_belongs_to_the_session_that_follows_soon(ann: Patient) -> None:
    report(ann, 3)
    report(ann, 3.5, place="home")
    symptom(ann, 3.45, "before")
    assert [len(each.symptoms) for each in sessions(ann).all] == [0, 1]


def test_sets_without_a_name_go_to_the_nearest_session_of_their_place(ann: Patient) -> None:
    report(ann, 3)
    report(ann, 3.2, place="home")
    for day, place in ((3.05, "home"), (3.18, "home"), (3.02, "clinic"), (7, "clinic")):
        ann.say(
            events.ExerciseSetRecorded, day, exercise="press", muscle_group="quadriceps", side="left",
            place=place, episode_id=ann.episode_id,
        )  # fmt: skip
    found = sessions(ann)
    assert [len(each.sets) for each in found.all] == [1, 1]
    assert found.loose_sets == 2


def test_a_missed_session_takes_no_symptoms_by_time(ann: Patient) -> None:
    ann.missed(3)
    symptom(ann, 3.01)
    assert sessions(ann).loose_symptoms == 1
    assert sessions(ann).attended == ()
