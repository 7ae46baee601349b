"""Accepting is pure, total and strict: examples, simulated records, the shared trial, and anything else."""

import csv
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import registry
from contracts.accept import Accepted, Rejected, accept, plan_of
from contracts.contract import Contract, Draft, Reason, Target
from contracts.events import Event, content_hash, decode, encode
from contracts.registry import Registry
from ingest.simulator.clinic import Run, simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import SMALL

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "contracts" / "sources").glob("*/examples/*"))
SHARED = ROOT.parent / "shared" / "data" / "strength_programs.csv"
SOURCES = registry.load()
NAMES = st.sampled_from(SOURCES.sources())

CODES = {
    "form_naive_time": ("naive_time", "$.occurred_at"),
    "device_naive_time": ("naive_time", "$.started_at"),
    "dynamometer_naive_time": ("naive_time", "$.measured_at"),
    "broken_json": ("not_json", "$"),
    "key_twice": ("duplicate_key", "$.patient_ref"),
    "no_patient": ("missing", "$.patient_ref"),
    "blank_patient": ("blank", "$.patient_ref"),
    "value_not_a_number": ("not_a_number", "$"),
    "range_not_a_number": ("not_a_number", "$"),
    "force_not_a_number": ("not_a_number", "$.peak_force"),
    "force_out_of_range": ("out_of_range", "$.peak_force"),
    "quality_out_of_range": ("out_of_range", "$.quality"),
    "reps_out_of_range": ("out_of_range", "$.completed_reps"),
    "unknown_force_unit": ("unknown_code", "$.force_unit"),
    "wrong_unit": ("unit_mismatch", "$.unit"),
    "unknown_muscle_group": ("unknown_code", "$.muscle_group"),
    "unknown_form": ("unknown_code", "$.form"),
    "unknown_kind": ("unknown_code", "$.kind"),
}

MakeEvent = Callable[[Draft, Contract], Event]


def raw_of(path: Path) -> Any:
    if path.suffix != ".csv":
        return path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1, f"{path.name} must hold one row"
    return rows[0]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_each_example_is_judged_as_its_name_says(
    path: Path, sources: Registry, make_event: MakeEvent
) -> None:
    contract = sources.contract(path.parts[-3])
    event_type, why, verdict, _ = path.name.split(".")
    found = accept(raw_of(path), contract)
    if verdict == "accept":
        assert isinstance(found, Accepted), found
        assert event_type in [draft.event_type for draft in found.drafts]
        events = [make_event(draft, contract) for draft in found.drafts]
        assert [decode(encode(event)) for event in events] == events
    else:
        assert verdict == "reject"
        assert isinstance(found, Rejected), found
        assert {reason.code for reason in found.reasons} == {why}
        assert event_type in {rule.event_type for rule in contract.rules}


def test_every_event_of_every_source_has_an_accepted_example(sources: Registry) -> None:
    shown = defaultdict(set)
    for path in EXAMPLES:
        found = accept(raw_of(path), sources.contract(path.parts[-3]))
        if isinstance(found, Accepted):
            shown[path.parts[-3]] |= {draft.event_type for draft in found.drafts}
    for source in sources.sources():
        assert shown[source] == {rule.event_type for rule in sources.contract(source).rules}


@pytest.fixture(scope="module")
def small_run() -> Run:
    return simulate(7, SMALL)


def judged(record: SourceRecord, sources: Registry) -> Accepted | Rejected:
    contract = sources.contract(record.source)
    if contract.format == "csv":
        return accept({name: str(cell) for name, cell in record.fields.items()}, contract)
    text = record.raw if record.raw is not None else json.dumps(record.fields)
    return accept(text.encode(), contract)


def test_simulated_records_are_judged_as_their_faults_say(
    small_run: Run, sources: Registry, make_event: MakeEvent
) -> None:
    seen = Counter[str]()
    for record in small_run.records:
        found = judged(record, sources)
        if record.fault in CODES:
            seen[record.fault] += 1
            assert found == Rejected((Reason(*CODES[record.fault]),)), record
        else:
            assert isinstance(found, Accepted), (record, found)
            assert found.dropped == ()
            assert found.subject == record.fields["patient_ref"]
            for draft in found.drafts:
                make_event(draft, sources.contract(record.source))
    assert seen.keys() == CODES.keys()


def test_the_trial_gives_399_measurements_and_each_person_one_episode(
    sources: Registry, make_event: MakeEvent
) -> None:
    if not SHARED.exists():
        said = f"SKIPPED: the trial's data are not there ({SHARED.name} in shared/data beside the project)"
        warnings.warn(said, stacklevel=1)
        pytest.skip(said)
    contract = sources.contract("strength_trial")
    contents = defaultdict(set)
    with SHARED.open(encoding="utf-8", newline="") as file:
        verdicts = [accept(row, contract) for row in csv.DictReader(file)]
    assert len(verdicts) == 399
    for found in verdicts:
        assert isinstance(found, Accepted)
        for draft in found.drafts:
            contents[draft.event_type, draft.identity].add(content_hash(make_event(draft, contract)))
    assert Counter(event_type for event_type, _ in contents) == {
        "EpisodeOpened": 57,
        "ProgramAssigned": 57,
        "OutcomeMeasured": 399,
    }
    assert {len(each) for each in contents.values()} == {1}


def test_the_first_day_of_the_trial_is_its_baseline(sources: Registry) -> None:
    row = {"subject": "RI/1", "program": "RI", "day": "1", "strength": "79"}
    found = accept(row, sources.contract("strength_trial"))
    assert isinstance(found, Accepted)
    opened, assigned, measured = found.drafts
    assert opened.occurred_at < assigned.occurred_at < measured.occurred_at
    assert assigned.occurred_at.date() == measured.occurred_at.date()
    assert assigned.fields == {"program": "RI"}
    later = accept(row | {"day": "13"}, sources.contract("strength_trial"))
    assert isinstance(later, Accepted)
    assert (later.drafts[2].occurred_at - measured.occurred_at).days == 12
    assert later.drafts[:2] == found.drafts[:2]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(raw=st.binary(max_size=300), name=NAMES)
def test_no_bytes_make_it_raise(raw: bytes, name: str) -> None:
    assert isinstance(accept(raw, SOURCES.contract(name)), Accepted | Rejected)


def spoilt(contract: Contract, data: st.DataObject) -> dict[str, Any]:
    """A good record in which some fields hold anything."""
    good = data.draw(st.sampled_from([path for path in EXAMPLES if path.parts[-3] == contract.source]))
    if ".accept." not in good.name:
        return {}
    record = dict(raw_of(good)) if good.suffix == ".csv" else json.loads(good.read_bytes())
    names = [*record, *(each.name for each in contract.fields), "stranger"]
    chosen = data.draw(st.lists(st.sampled_from(names), max_size=3))
    return record | {name: data.draw(JSON) for name in chosen}


@settings(max_examples=60, deadline=None)
@given(name=NAMES, data=st.data())
def test_no_json_makes_it_raise_and_what_is_accepted_decodes(
    name: str, data: st.DataObject, make_event: MakeEvent
) -> None:
    contract = SOURCES.contract(name)
    record = spoilt(contract, data)
    for raw in (record, json.dumps(record).encode()):
        found = accept(raw, contract)
        assert isinstance(found, Accepted | Rejected)
        if isinstance(found, Accepted):
            for draft in found.drafts:
                event = make_event(draft, contract)
                assert decode(encode(event)) == event


@pytest.mark.parametrize(
    "raw",
    [
        {1: 2},
        {"patient_ref": object()},
        {"patient_ref": "\ud800"},
        {"x": float("inf")},
        {"x": "a" * 70_000},
        {"patient_ref": b"bytes"},
        b"[" * 100_000,
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        b"9" * 60_000,
        b'{"x": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(10),
)
def test_monsters_are_rejected(raw: Any, sources: Registry) -> None:
    for name in sources.sources():
        assert isinstance(accept(raw, sources.contract(name)), Rejected)


def test_a_large_whole_number_is_out_of_range(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name == "SessionRecorded.attended.accept.json")
    record = json.loads(path.read_bytes()) | {"duration_min": 10**400}
    found = accept(json.dumps(record).encode(), sources.contract("therapist_form"))
    assert found == Rejected((Reason("out_of_range", "$.duration_min"),))


def test_a_whole_number_and_its_decimal_are_one_content(
    sources: Registry, make_event: MakeEvent, document: dict[str, Any], make_contract: Any, record: Any
) -> None:
    contract = make_contract(document)
    hashes = set()
    for force in (10, 10.0):
        found = accept(record | {"force": force}, contract)
        assert isinstance(found, Accepted)
        hashes.add(content_hash(make_event(found.drafts[0], contract)))
    assert len(hashes) == 1


def test_unknown_fields_are_dropped_and_named(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name.startswith("ProgramAssigned.two_tracks"))
    record = json.loads(path.read_bytes())
    record["mood"] = "good"
    record["tracks"][0]["colour"] = "red"
    found = accept(json.dumps(record).encode(), sources.contract("therapist_form"))
    assert isinstance(found, Accepted)
    assert found.dropped == ("mood", "tracks[].colour")
    assert "colour" not in found.drafts[0].fields["tracks"][0]


def test_reasons_never_tell_a_value_or_a_name_that_the_contract_does_not_know(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    for raw in (b'{"Jo Public": 1, "Jo Public": 2}', b'{"Jo Public": NaN}', b'{"form": "Jo Public"}'):
        found = accept(raw, contract)
        assert isinstance(found, Rejected)
        assert "Jo" not in repr(found)


def test_a_correction_names_its_target_and_only_what_changes(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name.startswith("EventCorrected.wrong_value"))
    found = accept(path.read_bytes(), sources.contract("therapist_form"))
    assert isinstance(found, Accepted)
    (draft,) = found.drafts
    assert draft.target == Target("OutcomeMeasured", ("RV-00001/M00",))
    assert draft.fields == {"changes": {"value": 16.0}, "reason_code": "wrong_value"}


def test_a_home_session_is_one_session_and_one_report_per_phase(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name.startswith("SessionRecorded.with_symptoms"))
    found = accept(path.read_bytes(), sources.contract("home_app"))
    assert isinstance(found, Accepted)
    assert [draft.fields.get("phase") for draft in found.drafts] == [None, "before", "during", "after"]
    assert len({draft.identity for draft in found.drafts}) == 4
    assert {draft.references["session_id"] for draft in found.drafts} == {"RV-00001-S02"}


def test_pounds_become_newtons(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name.startswith("OutcomeMeasured.pound_force"))
    found = accept(raw_of(path), sources.contract("dynamometer"))
    assert isinstance(found, Accepted)
    assert found.drafts[0].fields["value"] == pytest.approx(48.3 * 4.4482216152605)
    assert found.drafts[0].fields["unit"] == "N"


def test_a_merge_names_the_other_person(sources: Registry) -> None:
    path = next(path for path in EXAMPLES if path.name.startswith("PatientsMerged.two"))
    found = accept(path.read_bytes(), sources.contract("therapist_form"))
    assert isinstance(found, Accepted)
    assert (found.subject, found.drafts[0].other_subject) == ("RV-00001", "RV-90001")


def test_a_contract_is_made_ready_once(sources: Registry) -> None:
    contract = sources.contract("dynamometer")
    assert plan_of(contract) is plan_of(contract)
