from patients import Patient, at, fold

from streams.progression.assess import assess
from streams.progression.incremental import derived
from streams.progression.watching import watched


def begun(stage: str = "S2", **fields: object) -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage, **fields)
    return patient


def watch(patient: Patient, day: float) -> dict[str, str]:
    state, now = fold(patient.events()), at(day)
    (episode,) = derived(state).episodes.values()
    assessment = next(iter(assess(state, now)), None)
    return {each.code: each.text for each in watched(episode.tracks[0], episode, assessment, now)}


def test_a_track_without_sessions_has_its_review_and_an_unknown_trend() -> None:
    found = watch(begun(), 5)
    assert found["pain_unknown"].startswith("the trend of pain is not known")
    assert found["review_due"] == "the next review is due in 9 days"


def test_a_review_that_is_late_is_said_with_how_late() -> None:
    assert watch(begun(), 17)["review_overdue"] == "the review is overdue by 2 days"
    patient = begun()
    patient.closed(5)
    assert not {"review_due", "review_overdue", "adherence"} & watch(patient, 90).keys()


def test_a_step_back_is_said_with_its_day_and_reason() -> None:
    patient = begun()
    patient.session(3, pain=6.0)
    found = watch(patient, 5)
    assert found["recent_regress"] == (
        "a session called for a step back on 8 January 2026: pain during the session was above 5"
    )
    assert found["regression"] == "the last move was a step back, to S1 control"


def test_on_the_lowest_stage_a_step_back_is_still_told() -> None:
    patient = begun("S0")
    patient.session(3, pain=6.0)
    assert "already on the lowest stage" in watch(patient, 5)["recent_regress"]
    assert "regression" not in watch(patient, 5)


def test_a_stop_is_told_for_four_weeks_of_decisions() -> None:
    patient = begun()
    patient.session(3, red_flag=True)
    assert "called for a stop" in watch(patient, 5)["recent_stop"]
    patient.session(30)
    assert "recent_stop" in watch(patient, 33)
    patient.session(33)
    assert "recent_stop" not in watch(patient, 35)


def test_a_plateau_and_the_trend_of_pain_are_told() -> None:
    patient = begun()
    for number in range(6):
        patient.session(3 + 7 * number, pain=3.0 + number / 4)
    found = watch(patient, 40)
    assert found["plateau"] == "a plateau: 6 sessions in this stage"
    assert "rises by 0.2 points a week" in found["pain_rises"]


def test_pain_that_falls_or_stays_is_told_as_that() -> None:
    falling, steady = begun(), begun()
    for number in range(4):
        falling.session(3 + 7 * number, pain=3.0 - number / 2)
        steady.session(3 + 7 * number, pain=3.0)
    assert "falls by 0.5 points a week" in watch(falling, 30)["pain_falls"]
    assert watch(steady, 30)["pain_steady"] == "pain during the sessions stays about the same"


def test_adherence_is_low_where_the_policy_holds_at_it() -> None:
    patient = begun(sessions_per_week=3.0)
    for day in (3, 10, 17):
        patient.session(day)
    assert "and the policy holds at that" in watch(patient, 18)["adherence_low"]
    often = begun()
    for day in (3, 10, 17):
        often.session(day)
    assert watch(often, 18)["adherence"] == "adherence: 100% of the dose of the last 14 days was done"


def test_a_decision_that_waits_is_told() -> None:
    patient = begun()
    patient.session(3, morning=None)
    assert "is not decided on yet" in watch(patient, 3.5)["waiting"]


def test_a_load_that_may_rise_is_told() -> None:
    patient = begun("S6")
    for day in (3, 10):
        patient.session(day, reps="12/10")
    assert watch(patient, 11)["load"].startswith("the load may rise")
