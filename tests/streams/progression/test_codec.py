import json

import msgspec
import pytest
from named_patients import CASES
from patients import Case, Patient, fold, name_of

from contracts import events
from streams.progression import codec
from streams.progression.codec import StateTooNew, decode, encode, encode_patient
from streams.progression.state import PatientState, initial


def again(state: PatientState) -> PatientState:
    row, episodes = encode(state)
    return decode(row, {name: detail for name, (_, detail) in episodes.items()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_named_patient_comes_back_from_storage(case: Case) -> None:
    state = fold(case.patient.events())
    assert again(state) == state
    assert encode_patient(again(state)) == encode_patient(state)


def test_what_waits_and_what_belongs_to_nothing_is_stored_with_the_patient() -> None:
    patient = Patient()
    patient.measured(3, 4.0, episode_id="never opened")
    patient.say(events.EventCorrected, 4, corrects=name_of("never said"), changes={"pain": 1.0})
    patient.say(events.EventRetracted, 5, retracts=name_of("never said either"))
    patient.say(events.PatientsMerged, 6, other_key=name_of("other"))
    state = fold(patient.events())
    assert encode(state)[1] == {}
    assert again(state) == state


def test_an_unknown_and_an_erased_patient_can_be_stored() -> None:
    patient = Patient()
    patient.session(3)
    patient.erased(5)
    for state in (initial(), fold(patient.events())):
        assert again(state) == state
    row, episodes = encode(fold(patient.events()))
    assert (len(row) < 150, episodes) == (True, {})


def long_course() -> Patient:
    """60 sessions with 400 sets on two tracks, symptoms in three phases, and 20 measurements."""
    patient = Patient()
    patient.opened(therapist=name_of("therapist"), severity="mild", chronicity="acute")
    patient.program("S0", sessions_per_week=3.0, tracks=(
        events.TrackEntry(muscle_group="quadriceps", side="left", stage="S0"),
        events.TrackEntry(muscle_group="hamstrings", side="left", stage="S0"),
    ))  # fmt: skip
    sets = 0
    for number in range(60):
        day = 2 + 2.5 * number
        session = patient.session(day, pain=1.5, quality=0.85, reps=None, soreness="none", effusion_grade=0.5)
        tied = {"session_id": session, "episode_id": patient.episode_id}
        patient.say(events.SymptomReported, day - 0.01, phase="before", pain=1.5, source="home_app", **tied)
        for part in range(7 if number < 40 else 6):
            patient.say(
                events.ExerciseSetRecorded, day + 0.003 * part, exercise=f"exercise {part}",
                muscle_group="quadriceps" if part % 2 else "hamstrings", side="left", stage="S2",
                prescribed_reps=12, completed_reps=12, correct_reps=11, load_kg=32.25, range_deg=88.5,
                peak_speed_deg_s=143.5, peak_force_n=312.5, effort=6.5, source="motion_sensor", **tied,
            )  # fmt: skip
            sets += 1
    for number in range(20):
        patient.measured(3 + 7 * number, 3.25, rater=name_of("rater"))
    assert sets == 400
    return patient


def test_a_long_course_stays_within_its_limits() -> None:
    ((view, detail),) = encode(fold(long_course().events()))[1].values()
    assert len(view) <= 8 * 1024
    assert len(detail) <= 24 * 1024
    assert json.loads(view)["sessions_attended"] == 60


def test_a_state_of_a_newer_version_is_refused() -> None:
    row, _ = encode(initial())
    newer = msgspec.msgpack.encode(msgspec.msgpack.decode(row) | {"version": 99})
    with pytest.raises(StateTooNew, match="version 99"):
        decode(newer, {})


def test_a_state_of_an_older_version_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = encode(initial())
    content = msgspec.msgpack.decode(row)
    older = msgspec.msgpack.encode(
        {"version": 0, **{k: v for k, v in content.items() if k not in ("version", "erased")}}
    )
    monkeypatch.setitem(codec._UPGRADES, 0, lambda each: each | {"version": 2, "erased": False})
    assert decode(older, {}) == initial()


def test_rows_of_two_moments_go_together_and_what_was_taken_back_stays_so() -> None:
    patient = Patient()
    patient.opened()
    event = patient.measured(3, 4.0)
    _, before = encode(fold(patient.events()))
    patient.retracted(event, 5)
    after = fold(patient.events())
    row, _ = encode(after)
    assert decode(row, {name: detail for name, (_, detail) in before.items()}) == after


def test_a_cold_state_knows_its_standing_facts_from_its_views() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for day in (3, 10, 17):
        patient.session(day)
    warm = fold(patient.events())
    cold = again(warm)
    cold.memo["encoded"] = encode(warm)
    assert codec.standing(cold) == codec.standing(warm) != set()
    assert "derived" not in cold.memo
