"""Corrections say the right value, retractions take an invented one back, merges and erasures happen."""

from datetime import datetime

from ingest.simulator.clinic import Run, simulate
from ingest.simulator.size import Size


def forms(run: Run, kind: str) -> list[dict[str, object]]:
    return [
        record.fields for record in run.records if record.fault is None and record.fields.get("form") == kind
    ]


def test_a_correction_names_its_form_and_says_what_the_clean_run_said(small_run: Run) -> None:
    clean = simulate(11, Size(patients_per_cell=12, faults=False))
    right = {form["form_id"]: form["value"] for form in forms(clean, "measurement")}
    said = {form["form_id"]: form["value"] for form in forms(small_run, "measurement")}
    corrections = forms(small_run, "correction")
    assert len(corrections) >= 20
    for form in corrections:
        assert form["value"] == right[form["corrects_form_id"]]
        assert form["value"] != said[form["corrects_form_id"]]


def test_a_retraction_takes_back_a_measurement_that_never_was(small_run: Run) -> None:
    clean = {form["form_id"] for form in forms(simulate(11, Size(12, faults=False)), "measurement")}
    retractions = forms(small_run, "retraction")
    assert len(retractions) >= 5
    assert not clean & {form["retracts_form_id"] for form in retractions}


def test_a_merged_patients_app_spoke_under_a_second_reference(small_run: Run) -> None:
    merges = forms(small_run, "merge")
    assert len(merges) == len(small_run.merged) >= 1
    others = {form["other_patient_ref"] for form in merges}
    apps = {
        record.fields["patient_ref"]
        for record in small_run.records
        if record.source == "home_app" and "patient_ref" in record.fields
    }
    assert others <= apps
    merged_at = {form["other_patient_ref"]: str(form["occurred_at"]) for form in merges}
    for record in small_run.records:
        other = record.fields.get("patient_ref")
        if other in merged_at and record.source == "home_app":
            assert datetime.fromisoformat(record.fields["started_at"]) < datetime.fromisoformat(
                merged_at[other]
            )


def test_nothing_is_said_of_a_person_after_the_erasure(small_run: Run) -> None:
    for form in forms(small_run, "erasure"):
        told = [one for one in small_run.records if one.fields.get("patient_ref") == form["patient_ref"]]
        assert told[-1].fields == form


def test_the_erased_are_named_in_the_run(small_run: Run) -> None:
    assert sorted(str(form["patient_ref"]) for form in forms(small_run, "erasure")) == sorted(
        small_run.erased
    )
    assert small_run.erased


def test_therapists_override_stages(small_run: Run) -> None:
    assert all(form["to_stage"] in ("S0", "S1", "S3") for form in forms(small_run, "override"))
    assert forms(small_run, "override")
