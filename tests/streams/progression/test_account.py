from typing import Any

from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.account import Account, Chosen, account


def begun(stage: str = "S2") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    return patient


def told(patient: Patient, day: float = 40, chosen: Chosen | None = None) -> Account:
    return account(fold(patient.events()), at(day), chosen)


def two_tracks() -> Patient:
    patient = Patient()
    patient.opened()
    tracks = tuple(
        events.TrackEntry(muscle_group=group, side=side, stage="S1")
        for group, side in (("quadriceps", "left"), ("quadriceps", "right"), ("hamstrings", "left"))
    )  # fmt: skip
    patient.program(tracks=tracks)
    return patient


def names(found: Account) -> list[tuple[str, str]]:
    return [(each.muscle_group, each.side) for episode in found.episodes for each in episode.tracks]


def test_an_account_names_stage_since_rule_policy_evidence_and_what_is_missing() -> None:
    patient = begun("S2")
    for day in (3, 10, 17):
        patient.session(day)
    (episode,) = told(patient).episodes
    (track,) = episode.tracks
    assert (track.stage, track.stage_name, track.next_stage) == ("S3", "weight bearing", "S4")
    assert track.because is not None
    assert (track.because.rule, track.because.policy, track.because.policy_version) == (
        "good_sessions",
        "default_msk",
        1,
    )
    assert track.since == track.because.occurred_at
    assert len(track.because.evidence) > 3
    assert track.last_decision is not None
    assert track.last_decision.action == "hold"
    assert [each.code for each in track.missing] == ["good_sessions", "sign_off"]
    assert [step.to_stage for step in track.history] == ["S2", "S3"]
    assert episode.policy_status == "proposal, awaiting the clinic's sign-off"


def test_the_highest_stage_has_no_next_one() -> None:
    (episode,) = told(begun("S6")).episodes
    assert episode.tracks[0].next_stage is None


def test_it_can_be_narrowed_to_a_muscle_group_or_a_side_of_it() -> None:
    patient = two_tracks()
    patient.measured(2, 5.0)
    patient.measured(2, 200.0, measure="muscle_strength", muscle_group="hamstrings", side="left")
    assert len(names(told(patient))) == 3
    assert names(told(patient, chosen=("quadriceps", None))) == [
        ("quadriceps", "left"),
        ("quadriceps", "right"),
    ]
    narrow = told(patient, chosen=("quadriceps", "right"))
    assert names(narrow) == [("quadriceps", "right")]
    assert [each.measure for each in narrow.episodes[0].outcomes] == ["nprs"]
    assert told(patient, chosen=("deltoid", None)).episodes == ()


def test_what_belongs_to_no_episode_is_counted() -> None:
    patient = begun()
    patient.measured(51, 4.0, episode_id="never opened")
    patient.say(events.EventCorrected, 5, corrects=name_of("never said"), changes={"pain": 1.0})
    patient.say(events.PatientsMerged, 6, other_key="0" * 32)
    found = told(patient)
    assert found.unattributed == {"OutcomeMeasured": 1}
    assert found.corrections_waiting == 1
    assert found.merges == ((at(6), "0" * 32),)


def test_nothing_of_an_erased_person_is_told() -> None:
    patient = begun()
    patient.erased(9)
    found = told(patient)
    assert found.erased
    assert found.episodes == ()


def test_a_closed_episode_is_not_watched_over_time() -> None:
    patient = begun()
    patient.closed(9)
    (episode,) = told(patient).episodes
    assert episode.close_reason == "goals_met"
    assert episode.adherence_14d is None
    codes: Any = {each.code for each in episode.tracks[0].watch}
    assert "review_overdue" not in codes
