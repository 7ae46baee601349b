from patients import Patient, fold, name_of

from streams.progression.incremental import derived


def notes(patient: Patient) -> dict[str, str]:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return {note.code: note.text for note in episode.quality}


def begun() -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    return patient


def test_an_orderly_episode_has_no_notes() -> None:
    patient = begun()
    patient.session(3)
    for day in (3, 40):
        patient.measured(day, 4.0, rater=name_of("rater"))
    assert notes(patient) == {}


def test_another_device_and_another_rater_are_noted() -> None:
    patient = begun()
    patient.measured(3, 30.0, measure="grip_strength", method="dynamometer", rater=name_of("one"))
    patient.measured(40, 31.0, measure="grip_strength", method="dynamometer", rater=name_of("another"))
    assert notes(patient) == {"rater_change": "grip_strength was measured by several raters"}
    patient.measured(80, 31.0, measure="grip_strength", method="dynamometer", device_class="isokinetic")
    assert "device_change" in notes(patient)


def test_a_rater_who_is_not_known_is_no_other_rater() -> None:
    patient = begun()
    patient.measured(3, 4.0, rater=name_of("one"))
    patient.measured(40, 4.0)
    assert notes(patient) == {}


def test_a_program_of_an_unknown_policy_and_groups_without_an_entry_stage_are_noted() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0", policy="gone", muscle_groups=("quadriceps", "deltoid"))
    assert notes(patient) == {
        "unknown_policy": "the program names a policy that is not known here",
        "no_entry_stage": "no entry stage for deltoid",
    }


def test_sessions_after_the_closing_are_noted() -> None:
    patient = begun()
    patient.closed(5)
    patient.session(9)
    assert notes(patient)["after_closing"] == "1 sessions after the episode was closed"
