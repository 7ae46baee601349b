"""Every record that is not spoilt on purpose passes its source's contract, and every spoilt one does not."""

import json

from contracts import registry
from contracts.accept import Accepted, Rejected, accept
from ingest.simulator.clinic import Run
from ingest.simulator.formats import SourceRecord

SOURCES = registry.load()
PASSES = (None, "repeated", "conflict")


def judged(record: SourceRecord) -> Accepted | Rejected:
    contract = SOURCES.contract(record.source)
    if record.source == "dynamometer":
        return accept(record.fields, contract)
    text = record.raw if record.raw is not None else json.dumps(record.fields)
    return accept(text.encode(), contract)


def test_well_formed_records_are_accepted_with_nothing_dropped(small_run: Run) -> None:
    for record in small_run.records:
        if record.fault in PASSES:
            verdict = judged(record)
            assert isinstance(verdict, Accepted), (record, verdict)
            assert verdict.drafts
            assert not verdict.dropped


def test_malformed_records_are_rejected(small_run: Run) -> None:
    for record in small_run.records:
        if record.fault not in PASSES:
            assert isinstance(judged(record), Rejected), record


def test_every_event_type_is_spoken(small_run: Run) -> None:
    spoken = set()
    for record in small_run.records:
        verdict = judged(record)
        if isinstance(verdict, Accepted):
            spoken |= {draft.event_type for draft in verdict.drafts}
    assert spoken == {
        "EpisodeOpened",
        "ProgramAssigned",
        "SessionRecorded",
        "SymptomReported",
        "ExerciseSetRecorded",
        "OutcomeMeasured",
        "StageOverridden",
        "EpisodeClosed",
        "EventCorrected",
        "EventRetracted",
        "PatientsMerged",
        "PatientErased",
    }
