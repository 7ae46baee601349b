from dataclasses import replace

from patients import Patient, fold

from streams.progression.decisions import facts
from streams.progression.fact import named


def test_the_id_of_a_fact_names_its_whole_content() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S2")
    (fact,) = facts(fold(patient.events()))
    assert named(fact) == fact
    assert len(fact.fact_id) == 32
    others = [replace(fact, to_stage="S3"), replace(fact, evidence=("other",)), replace(fact, rule="other")]
    assert len({named(each).fact_id for each in (fact, *others)}) == 4
