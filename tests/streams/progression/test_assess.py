from patients import Patient, at, fold

from streams.progression.assess import assess


def begun() -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    patient.session(3)
    return patient


def test_a_review_becomes_overdue_because_time_passes() -> None:
    state = fold(begun().events())
    assert assess(state, at(17))[0].overdue == ()
    assert assess(state, at(17.1))[0].overdue == (("quadriceps", "left"),)


def test_adherence_is_that_of_the_fourteen_days_before_now() -> None:
    state = fold(begun().events())
    assert assess(state, at(4))[0].adherence_14d == 1.0
    assert assess(state, at(14.5))[0].adherence_14d == 0.5
    assert assess(state, at(40))[0].adherence_14d == 0.0


def test_a_closed_episode_and_one_that_has_not_begun_are_not_assessed() -> None:
    patient = begun()
    assert assess(fold(patient.events()), at(-5))[0].adherence_14d is None
    patient.closed(20)
    assert assess(fold(patient.events()), at(40)) == ()
