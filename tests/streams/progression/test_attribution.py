import msgspec
from patients import Patient, fold

from contracts import events
from streams.progression.attribution import attributed


def two_episodes() -> Patient:
    """A knee from day 0 to 50 and, from day 20 on, a shoulder."""
    patient = Patient()
    for name, day, group in (("knee", 0, "quadriceps"), ("shoulder", 20, "deltoid")):
        patient.opened(day, episode_id=name)
        track = events.TrackEntry(muscle_group=group, side="left", stage="S0")  # type: ignore[arg-type]
        patient.program(None, day + 0.1, episode_id=name, muscle_groups=(group,), tracks=(track,))
    patient.say(events.EpisodeClosed, 50, episode_id="knee", reason="goals_met")
    return patient


def where(patient: Patient, event: events.Event) -> str | None:
    found = attributed(fold(patient.events()))
    ids = {name: {said.event_id for said in each.events} for name, each in found.episodes.items()}
    names = [name for name, known in ids.items() if event.event_id in known]
    return names[0] if names else None


def a_set(patient: Patient, day: float, group: str, side: str = "left") -> events.Event:
    return patient.say(  # type: ignore[no-any-return]
        events.ExerciseSetRecorded, day, exercise="press", muscle_group=group, side=side
    )


def test_an_explicit_episode_is_believed_whatever_the_time() -> None:
    patient = two_episodes()
    assert where(patient, patient.measured(90, 3.0, episode_id="knee")) == "knee"


def test_a_muscle_group_finds_the_open_episode_whose_program_covers_it() -> None:
    patient = two_episodes()
    assert where(patient, a_set(patient, 30, "quadriceps")) == "knee"
    assert where(patient, a_set(patient, 30, "deltoid")) == "shoulder"


def test_without_a_muscle_group_the_episode_that_was_opened_last_is_taken() -> None:
    patient = two_episodes()
    early = patient.measured(10, 3.0, episode_id=None)
    late = patient.measured(30, 3.0, episode_id=None)
    assert (where(patient, early), where(patient, late)) == ("knee", "shoulder")


def test_what_fits_no_open_episode_is_kept_as_unattributed() -> None:
    patient = two_episodes()
    outside = [
        a_set(patient, 60, "quadriceps"),  # after the closing
        a_set(patient, -1, "quadriceps"),  # before the opening
        a_set(patient, 30, "hamstrings"),  # in no program
        a_set(patient, 30, "quadriceps", side="right"),  # the other side
    ]
    found = attributed(fold(patient.events()))
    assert {each.event_id for each in found.unattributed} == {each.event_id for each in outside}


def test_events_of_an_episode_that_was_not_opened_yet_wait_for_its_opening() -> None:
    patient = Patient()
    event = patient.measured(3, 3.0, episode_id="late")
    assert where(patient, event) is None
    patient.opened(0, episode_id="late")
    assert where(patient, event) == "late"


def test_a_correction_can_move_an_event_to_another_episode() -> None:
    patient = two_episodes()
    event = patient.measured(30, 3.0, episode_id="knee")
    patient.corrected(event, 31, episode_id="shoulder")
    assert where(patient, event) == "shoulder"


def test_a_program_that_names_groups_but_no_tracks_covers_every_side() -> None:
    patient = Patient()
    patient.opened()
    patient.program(None)
    assert where(patient, a_set(patient, 3, "quadriceps", side="right")) == patient.episode_id


def test_of_two_openings_and_closings_the_first_ones_stand() -> None:
    patient = Patient()
    first = patient.opened(0)
    patient.opened(5, condition="neck_pain")
    patient.closed(40)
    patient.closed(60)
    (episode,) = attributed(fold(patient.events())).episodes.values()
    assert episode.opened.event_id == first.event_id
    assert episode.opened.condition == "post_injury"
    assert episode.closed is not None
    assert msgspec.to_builtins(episode.closed)["occurred_at"].startswith("2026-02-14")
