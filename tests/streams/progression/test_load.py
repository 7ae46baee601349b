import pytest
from patients import Patient, fold

from contracts import events
from streams.progression.incremental import derived
from streams.progression.load import Advised, advised_load, load_advice


def patient_at(stage: str, policy: str = "default_msk") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage, policy=policy)
    return patient


def advised(patient: Patient) -> Advised | None:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return advised_load(episode.tracks[0].course, episode.sessions)


def advice(stage: str, *reps: str, pain: float = 3.0) -> str | None:
    patient = patient_at(stage)
    for number, done in enumerate(reps):
        patient.session(3 + 7 * number, pain=pain, reps=done)
    (episode,) = derived(fold(patient.events())).episodes.values()
    return load_advice(episode.tracks[0].course, episode.sessions)


def lifted(*reps: int, exercise: str = "leg press") -> Patient:
    """One session under DAPRE with so many repetitions in its sets."""
    patient = patient_at("S4", policy="post_surgical_lower_limb")
    session = patient.session(3, reps=None)
    for number, done in enumerate(reps):
        more(patient, session, 3.01 + number / 100, done, exercise)
    return patient


def more(patient: Patient, session: str, day: float, reps: int, exercise: str) -> None:
    patient.say(
        events.ExerciseSetRecorded, day, exercise=exercise, muscle_group="quadriceps", side="left",
        session_id=session, episode_id=patient.episode_id, completed_reps=reps, load_kg=20.0,
        source="motion_sensor",
    )  # fmt: skip


def test_two_repetitions_over_target_in_two_sessions_allow_more_load() -> None:
    assert advice("S4", "12/10", "13/10") == "The load may rise by 2.5 to 10 % (two for two)."


@pytest.mark.parametrize(
    ("stage", "reps"),
    [("S3", ("12/10", "12/10")), ("S4", ("12/10",)), ("S4", ("12/10", "11/10")), ("S4", ("12/10", "10/10"))],
)
def test_else_the_load_stays(stage: str, reps: tuple[str, ...]) -> None:
    assert advice(stage, *reps) is None


def test_no_load_is_advised_after_a_session_that_was_set_back() -> None:
    assert advice("S4", "12/10", "13/10", pain=6.0) is None


def test_no_load_is_advised_after_a_session_that_a_rule_held() -> None:
    patient = patient_at("S4")
    for day, quality in ((3, 0.9), (10, 0.7)):
        patient.session(day, pain=3.0, reps="12/10", quality=quality)
    assert advised(patient) is None


@pytest.mark.parametrize(
    ("reps", "low", "high"),
    [
        (2, -5, -2.5),
        (3, -2.5, 0),
        (4, -2.5, 0),
        (5, 0, 0),
        (6, 0, 0),
        (7, 2.5, 5),
        (10, 2.5, 5),
        (11, 5, 7.5),
    ],
)
def test_the_third_set_decides_the_load_of_the_fourth(reps: int, low: float, high: float) -> None:
    found = advised(lifted(10, 6, reps))
    assert found is not None
    assert (found.low, found.high, found.unit) == (low, high, "kg")
    assert "fourth set" in found.says


@pytest.mark.parametrize(
    ("reps", "low", "high"),
    [(0, -5, -2.5), (3, 0, 0), (4, 0, 0), (5, 2.5, 5), (7, 2.5, 7.5), (11, 5, 10), (40, 5, 10)],
)
def test_the_fourth_set_decides_the_load_of_the_next_session(reps: int, low: float, high: float) -> None:
    patient = lifted(10, 6, 6, reps)
    found = advised(patient)
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert found.event_ids == (patient.events()[-2].event_id,)


@pytest.mark.parametrize(
    ("reps", "says"),
    [
        ((10, 6, 5, 8), "next session may rise by 2.5 to 7.5 kg (DAPRE: 8 repetitions in the fourth set)."),
        ((10, 6, 6), "fourth set stays (DAPRE: 6 repetitions in the third set)."),
        ((10, 6, 1), "fourth set goes down by 2.5 to 5 kg (DAPRE: 1 repetition in the third set)."),
    ],
)
def test_the_advice_says_which_set_it_stands_on(reps: tuple[int, ...], says: str) -> None:
    found = advised(lifted(*reps))
    assert found is not None
    assert found.says == f"The working weight of the {says}"


def test_fewer_than_three_sets_of_the_last_exercise_say_nothing() -> None:
    assert advised(lifted(10, 6)) is None
    patient = lifted(10, 6, 6, 6)
    more(patient, patient.events()[2].session_id, 3.2, 10, "squat")  # type: ignore[union-attr]
    assert advised(patient) is None
