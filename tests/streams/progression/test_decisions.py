from patients import Patient, at, fold

from contracts.events import TrackEntry
from streams.progression.decisions import facts
from streams.progression.state import initial


def test_nobody_has_no_facts() -> None:
    assert facts(initial()) == ()


def test_the_facts_of_all_episodes_stand_in_the_order_of_their_times() -> None:
    patient = Patient()
    patient.opened(20, episode_id="second")
    patient.program("S3", 20.1, episode_id="second")
    patient.opened()
    patient.program("S0", tracks=(
        TrackEntry(muscle_group="quadriceps", side="left", stage="S0"),
        TrackEntry(muscle_group="hamstrings", side="left", stage="S1"),
    ))  # fmt: skip
    patient.override("S2", 9)
    found = facts(fold(patient.events()))
    assert [(fact.kind, fact.to_stage) for fact in found[2:]] == [
        ("stage_overridden", "S2"),
        ("track_opened", "S3"),
    ]
    assert {(fact.muscle_group, fact.to_stage) for fact in found[:2]} == {
        ("quadriceps", "S0"),
        ("hamstrings", "S1"),
    }
    assert found[2].occurred_at == at(9)
    assert found[2].reason_code == "clinical_judgement"


def test_what_a_rule_did_says_why_on_which_inputs_and_since_when_it_looked() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for day in (3, 10):
        patient.session(day, effusion_grade=0.5)
    opened, moved = facts(fold(patient.events()))
    assert (opened.says, opened.inputs, opened.window_from) == ("", {}, None)
    assert (moved.rule, moved.says, moved.window_from) == ("good_sessions", "2 good sessions in a row", at(3))
    assert moved.inputs["pain_during"] == 1.0
    assert moved.inputs["effusion_grade"] == 0.5
    assert None not in moved.inputs.values()
    assert hash(moved)
