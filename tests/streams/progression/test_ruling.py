from patients import Patient, fold

from streams.progression.derive import Episode
from streams.progression.evaluate import Missing
from streams.progression.incremental import derived
from streams.progression.policy import find
from streams.progression.ruling import Told, passed


def begun(stage: str = "S0") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    return patient


def episode_of(patient: Patient) -> Episode:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return episode


def told(patient: Patient) -> tuple[Told, Episode]:
    episode = episode_of(patient)
    return Told(episode.tracks[0].course, episode), episode


def test_a_step_by_a_rule_carries_the_decision_with_inputs_source_and_evidence() -> None:
    patient = begun()
    for day in (3, 10):
        patient.session(day)
    tell, episode = told(patient)
    step = tell.step(episode.facts[-1])
    ruling = step.ruling
    assert ruling is not None
    assert (ruling.action, ruling.rule, ruling.says) == (
        "advance",
        "good_sessions",
        "2 good sessions in a row",
    )
    assert (ruling.policy, ruling.policy_version) == ("default_msk", 1)
    assert ruling.inputs["pain_during"] == 1.0
    assert "soreness" not in ruling.inputs  # nobody told it
    assert ruling.basis.startswith("two sessions in a row")
    assert [each.event_id for each in step.evidence] == [each.event_id for each in ruling.evidence]
    assert {each.kind for each in ruling.evidence} >= {"ProgramAssigned", "SessionRecorded"}
    assert ruling.window_from is not None


def test_a_rule_of_the_policy_names_its_source() -> None:
    patient = begun("S2")
    patient.session(3, pain=6.0)
    tell, episode = told(patient)
    last = episode.tracks[0].course.last_decision
    assert last is not None
    assert "Silbernagel 2007" in tell.ruling(last).basis


def test_a_step_by_hand_has_no_decision_behind_it() -> None:
    patient = begun()
    patient.override("S3", 5)
    tell, episode = told(patient)
    steps = [tell.step(fact) for fact in episode.facts]
    assert [(step.kind, step.ruling) for step in steps] == [
        ("track_opened", None),
        ("stage_overridden", None),
    ]
    assert passed(episode.facts[-1]).reason_code == "clinical_judgement"


def test_what_kept_a_track_is_counted_by_rule_since_it_is_in_its_stage() -> None:
    patient = begun("S2")
    patient.session(3, pain=6.0)
    for day in (10, 17, 24):
        patient.session(day, quality=0.5)
    patient.session(31)
    tell, _ = told(patient)
    assert [(each.action, each.rule, each.count) for each in tell.tallies()] == [
        ("hold", "quality_low", 3),
        ("hold", "consecutive_sessions", 1),
    ]


def test_what_a_criterion_says_already_is_not_said_again() -> None:
    tell, _ = told(begun())
    said = (
        Missing("quality_good", "at least 80 % have to be done well"),
        Missing("quality_low", "less than 80 % were done well"),
        Missing("adherence_low", "less than 70 % were done"),
    )
    policy = find("default_msk", 1)
    assert [each.code for each in tell.missing(said, policy)] == ["quality_good", "adherence_low"]
    assert tell.missing(said, None) == said
