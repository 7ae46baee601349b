"""The course of one track; the named patients of tests/cases say what it means in the clinic."""

from typing import Any

from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.course import Course
from streams.progression.incremental import derived


def begun(stage: str = "S0", **program: Any) -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage, **program)
    return patient


def course(patient: Patient) -> Course:
    (episode,) = derived(fold(patient.events())).episodes.values()
    (track,) = episode.tracks
    return track.course


def told(patient: Patient) -> list[tuple[str, str]]:
    return [(decision.action, decision.rule) for decision in course(patient).decisions]


def test_a_decision_waits_for_the_next_morning() -> None:
    patient = begun()
    patient.session(3, morning=None)
    assert course(patient).waiting
    assert told(patient) == []
    patient.say(
        events.SymptomReported, 3.9, phase="next_morning", pain=0.0, episode_id=patient.episode_id,
        session_id=name_of("session", "anyone", 3),
    )  # fmt: skip
    assert not course(patient).waiting
    assert course(patient).decisions[0].decided_at == at(3.9)


def test_without_a_report_of_the_morning_the_next_session_settles_it() -> None:
    patient = begun()
    patient.session(3, morning=None)
    patient.session(10, morning=None)
    assert [each.decided_at for each in course(patient).decisions] == [at(10)]


def test_stop_and_regress_do_not_wait() -> None:
    patient = begun("S2")
    patient.session(3, pain=7.0, morning=None)
    assert told(patient) == [("regress", "pain_high")]
    assert course(patient).stage == "S1"
    patient.session(10, red_flag=True, morning=None)
    assert told(patient)[-1] == ("stop", "red_flag")
    assert course(patient).facts[-1].kind == "stop_raised"


def test_a_step_back_ends_at_the_foot_of_the_ladder() -> None:
    patient = begun("S0")
    patient.session(3, pain=7.0)
    assert (course(patient).stage, len(course(patient).facts)) == ("S0", 1)


def test_a_missed_session_decides_nothing() -> None:
    patient = begun()
    patient.missed(3)
    assert told(patient) == []
    assert course(patient).sessions_in_stage == 0


def test_a_session_that_trained_another_muscle_group_decides_nothing_for_this_one() -> None:
    patient = begun("S0", tracks=(
        events.TrackEntry(muscle_group="quadriceps", side="left", stage="S0"),
        events.TrackEntry(muscle_group="hamstrings", side="left", stage="S0"),
    ))  # fmt: skip
    patient.session(3)
    (episode,) = derived(fold(patient.events())).episodes.values()
    decided = {track.course.track[0]: len(track.course.decisions) for track in episode.tracks}
    assert decided == {"quadriceps": 1, "hamstrings": 0}


def test_a_red_flag_concerns_every_track() -> None:
    patient = begun("S0", tracks=(
        events.TrackEntry(muscle_group="quadriceps", side="left", stage="S0"),
        events.TrackEntry(muscle_group="hamstrings", side="left", stage="S0"),
    ))  # fmt: skip
    patient.session(3, red_flag=True)
    (episode,) = derived(fold(patient.events())).episodes.values()
    assert {track.course.decisions[0].rule for track in episode.tracks} == {"red_flag"}


def test_an_override_between_a_session_and_its_decision_makes_the_decision_void() -> None:
    patient = begun("S0")
    patient.session(3)
    patient.session(10)
    patient.override("S2", 10.5)
    assert course(patient).stage == "S2"
    assert told(patient) == [("hold", "consecutive_sessions")]


def test_an_override_at_s4_is_the_sign_off_for_the_rest_of_the_ladder() -> None:
    patient = begun("S3")
    for day in (3, 10, 17):
        patient.session(day)
    assert told(patient)[-1] == ("hold", "sign_off")
    assert "sign_off" in {each.code for each in course(patient).decisions[-1].missing}
    patient.override("S4", 20)
    patient.override("S3", 21)
    patient.session(24)
    patient.session(31)
    assert (course(patient).stage, course(patient).signed_off) == ("S4", True)


def test_at_the_top_there_is_nothing_more_to_reach() -> None:
    patient = begun("S6")
    patient.session(3)
    patient.session(10)
    assert told(patient)[-1] == ("hold", "top_of_ladder")


def test_a_second_program_sets_the_track_anew() -> None:
    patient = begun("S0")
    patient.session(3)
    patient.session(10)
    patient.program("S3", day=20)
    assert [(fact.kind, fact.from_stage, fact.to_stage) for fact in course(patient).facts] == [
        ("track_opened", None, "S0"),
        ("stage_entered", "S0", "S1"),
        ("track_opened", "S1", "S3"),
    ]


def test_under_a_policy_that_nobody_knows_nothing_is_decided() -> None:
    patient = begun("S0", policy="gone", policy_version=3)
    patient.session(3)
    patient.session(10)
    assert told(patient) == []
    assert course(patient).sessions_in_stage == 2


def test_an_override_opens_a_track_that_no_program_named() -> None:
    patient = Patient()
    patient.opened()
    patient.override("S2", 3)
    assert (course(patient).stage, course(patient).policy) == ("S2", None)


def test_good_sessions_before_a_change_of_the_policy_do_not_count() -> None:
    patient = begun("S0")
    patient.session(3)
    patient.program(None, day=5, policy="default_msk", policy_version=2)
    patient.session(10)
    assert told(patient)[-1] == ("hold", "consecutive_sessions")
    patient.session(17)
    assert told(patient)[-1] == ("advance", "good_sessions")


def test_a_program_under_the_same_policy_goes_on_counting() -> None:
    patient = begun("S0")
    patient.session(3)
    patient.program(None, day=5)
    patient.session(10)
    assert told(patient)[-1] == ("advance", "good_sessions")


def test_the_rules_are_those_of_the_condition_and_the_muscle_group() -> None:
    grades: dict[str, Any] = {"policy": "post_surgical_lower_limb"}
    knee = begun("S0", **grades)
    knee.session(3)
    assert told(knee) == [("hold", "signal_missing")]
    hip = Patient(group="hip_abductors")
    hip.opened()
    hip.program("S0", **grades)
    hip.session(3)
    assert told(hip) == [("hold", "consecutive_sessions")]


def test_the_highest_stage_that_a_clinician_set_is_the_sign_off() -> None:
    patient = begun("S2")
    high = patient.override("S5", 3)
    patient.override("S3", 4)
    end = course(patient).end
    assert (end.signed, end.sign_off) == ("S5", high.event_id)
    assert course(patient).signed_off


def test_the_advice_of_the_rule_comes_with_the_decision() -> None:
    patient = begun("S2", policy="default_msk", policy_version=2)
    patient.session(3, soreness="warmup_persists")
    decision = course(patient).last_decision
    assert decision is not None
    assert (decision.rule, decision.advice) == ("soreness_persists", "2 days off")
