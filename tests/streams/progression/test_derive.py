from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.derive import Episode
from streams.progression.incremental import derived


def begun(stage: str | None = "S0") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    return patient


def episode(patient: Patient) -> Episode:
    (found,) = derived(fold(patient.events())).episodes.values()
    return found


def codes(patient: Patient) -> list[str]:
    return [note.code for note in episode(patient).quality]


def test_what_follows_from_a_state_is_worked_out_once() -> None:
    state = fold(begun().events())
    assert derived(state) is derived(state)


def test_time_zero_is_the_first_program_and_the_program_is_the_last() -> None:
    patient = begun()
    patient.program("S1", day=20, program="balance")
    found = episode(patient)
    assert found.time_zero == at(0.01)
    assert found.program is not None
    assert found.program.program == "balance"


def test_six_sessions_in_one_stage_are_a_plateau_and_a_step_ends_it() -> None:
    patient = begun()
    for number in range(6):
        assert not episode(patient).tracks[0].plateau
        patient.session(3 + 7 * number, pain=3.0)
    assert episode(patient).tracks[0].plateau
    patient.override("S1", 60)
    assert not episode(patient).tracks[0].plateau


def test_a_step_back_shows_until_the_next_move() -> None:
    patient = begun("S2")
    patient.session(3, pain=6.0)
    assert episode(patient).tracks[0].regression
    for day in (10, 17):
        patient.session(day)
    assert not episode(patient).tracks[0].regression


def test_what_is_missing_is_what_the_last_session_lacked_and_what_the_next_stage_needs() -> None:
    patient = begun("S3")
    patient.session(3, pain=3.0, quality=0.5)
    missing = {each.code for each in episode(patient).tracks[0].missing}
    assert missing == {"pain_low", "quality_good", "quality_low", "good_sessions", "sign_off"}


def test_a_decision_that_waits_says_for_what() -> None:
    patient = begun()
    patient.session(3, morning=None)
    assert [each.code for each in episode(patient).tracks[0].missing] == ["good_sessions", "next_morning"]


def test_a_review_is_due_fourteen_days_after_the_last_session_and_not_after_closing() -> None:
    patient = begun()
    assert episode(patient).tracks[0].next_review_at == at(14.01)
    patient.session(3)
    assert episode(patient).tracks[0].next_review_at == at(17)
    patient.closed(20)
    assert episode(patient).tracks[0].next_review_at is None


def test_oddities_of_the_data_are_said() -> None:
    bare = Patient()
    bare.opened()
    assert codes(bare) == ["no_program"]
    assert codes(begun(None)) == ["no_entry_stage"]
    patient = begun()
    assert codes(patient) == []
    patient.closed(5)
    patient.session(9)
    patient.say(
        events.ExerciseSetRecorded, 30, exercise="press", muscle_group="quadriceps", side="left",
        episode_id=patient.episode_id,
    )  # fmt: skip
    patient.say(
        events.SymptomReported, 30, phase="during", pain=1.0, episode_id=patient.episode_id,
        session_id=name_of("nowhere"),
    )  # fmt: skip
    assert codes(patient) == ["sets_without_session", "symptoms_without_session", "after_closing"]


def test_a_policy_that_is_not_known_is_said() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0", policy="gone")
    assert codes(patient) == ["unknown_policy"]
    assert [each.code for each in episode(patient).tracks[0].missing] == ["no_policy"]
