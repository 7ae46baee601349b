"""A patient's course begins with episode and program and ends when the patient leaves or is done."""

from collections import defaultdict
from datetime import datetime

from ingest.simulator.clinic import simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import Size

CLEAN = Size(patients_per_cell=40, cells=("post_surgical.quadriceps",), faults=False)


def by_patient() -> dict[str, list[SourceRecord]]:
    found: dict[str, list[SourceRecord]] = defaultdict(list)
    for record in simulate(3, CLEAN).records:
        found[record.fields["patient_ref"]].append(record)
    return found


def test_everybody_has_one_episode_and_one_program() -> None:
    for records in by_patient().values():
        forms = [record.fields.get("form") for record in records]
        assert forms.count("episode") == forms.count("program") == 1


def test_the_baseline_is_measured_on_the_day_of_the_assignment() -> None:
    for records in by_patient().values():
        started = next(one for one in records if one.fields.get("form") == "program")
        day = datetime.fromisoformat(started.fields["occurred_at"]).date()
        tests = [one.fields for one in records if one.fields.get("occasion") == "baseline"]
        times = [fields.get("occurred_at") or fields["measured_at"] for fields in tests]
        assert len(tests) == 4
        assert {datetime.fromisoformat(at).date() for at in times} == {day}


def test_strength_comes_from_the_dynamometer_in_the_clinics_unit() -> None:
    units = {
        (record.clinic, record.fields["force_unit"])
        for records in by_patient().values()
        for record in records
        if record.source == "dynamometer"
    }
    assert units == {("riverside", "N"), ("harbour", "lbf"), ("hillcrest", "kgf")}


def test_nothing_but_the_closure_is_recorded_after_a_closure() -> None:
    closed = 0
    for records in by_patient().values():
        closures = [one for one in records if one.fields.get("form") == "closure"]
        if closures:
            closed += 1
            assert max(one.arrived_at for one in records) == closures[0].arrived_at
    assert closed > 10


def test_pain_in_sessions_runs_from_none_to_too_much() -> None:
    sessions = [
        record.fields["pain"]
        for record in simulate(3, Size(patients_per_cell=60, faults=False)).records
        if record.fields.get("form") == "symptoms"
    ]
    assert min(sessions) == 0.0
    assert max(sessions) > 5.0
