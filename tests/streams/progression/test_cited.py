from patients import Patient, at

from streams.progression.cited import KINDS, by_kind, cited


def told(patient: Patient) -> dict[str, str]:
    events = {event.event_id: event for event in patient.events()}
    return {each.kind: each.what for each in cited(events, events)}  # type: ignore[arg-type]


def test_every_kind_of_event_is_said_in_a_few_words() -> None:
    patient = Patient()
    patient.opened()
    patient.program()
    patient.session(3, soreness="next_day", morning=None)
    patient.override("S4", 9)
    patient.measured(10, 4.0)
    patient.closed(20)
    assert told(patient) == {
        "EpisodeOpened": "opening of the episode",
        "ProgramAssigned": "strength, policy default msk version 1",
        "SessionRecorded": "attended, in the clinic",
        "SymptomReported": "during, pain 1, soreness next day",
        "ExerciseSetRecorded": "extension, left, 10 repetitions",
        "StageOverridden": "quadriceps, left, to S4, clinical judgement",
        "OutcomeMeasured": "nprs, 4 score",
        "EpisodeClosed": "closing of the episode",
    }


def test_a_missed_session_says_why() -> None:
    patient = Patient()
    patient.missed(3)
    assert told(patient) == {"SessionRecorded": "missed, in the clinic, travel"}


def test_events_stand_by_time_and_one_that_is_gone_is_said_to_be() -> None:
    patient = Patient()
    late, early = patient.measured(9, 4.0), patient.measured(2, 5.0)
    events = {each.event_id: each for each in (late, early)}
    found = cited([late.event_id, early.event_id, "f" * 32], events)
    assert [each.occurred_at for each in found] == [None, at(2), at(9)]
    assert (found[0].kind, found[0].what) == ("Unknown", "no longer kept")


def test_kinds_stand_in_a_fixed_order() -> None:
    patient = Patient()
    patient.session(3)
    patient.program(day=4)
    events = {event.event_id: event for event in patient.events()}
    grouped = by_kind(cited(events, events))  # type: ignore[arg-type]
    assert list(grouped) == ["ProgramAssigned", "SessionRecorded", "SymptomReported", "ExerciseSetRecorded"]
    assert set(grouped) <= set(KINDS)
