"""Comparisons answer, warn and refuse; over 100 simulated clinics they find the planted effect."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts import registry
from contracts.accept import Accepted, accept
from ingest.simulator.clinic import Run, simulate
from ingest.simulator.size import only_cell
from ingest.simulator.truth import Cell, scenario
from warehouse.effects.compare import compare
from warehouse.effects.protocol import Protocol

Rows = list[dict[str, Any]]
SEEDS = range(100)
PLANTED = ("low_back_pain.lumbar_extensors", "post_surgical.quadriceps")
CASE_MIX = (
    "severity",
    "chronicity",
    "age_band",
    "sex",
    "comorbidity_count",
    "prior_surgery",
    "payer_class",
    "clinic",
)


def test_a_planted_effect_is_found_and_the_crude_one_is_too_large(
    protocol: Protocol, make_rows: Callable[..., Rows]
) -> None:
    found = compare(make_rows(people=600), protocol)
    assert found.verdict == "answer"
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < 4.0 < found.ci_high
    assert found.crude is not None
    assert found.crude.low > 4.0
    assert "associated with" in found.wording
    assert all(gate.passed for gate in found.gates)
    first, second = found.arms
    assert first.n_started is not None
    assert second.n_started is not None
    assert first.n_started + second.n_started == 600


def test_a_small_program_is_refused_and_its_size_is_not_told(
    protocol: Protocol, make_rows: Callable[..., Rows]
) -> None:
    rows = [row for row in make_rows() if row["program"] == "b"]
    rows += [row for row in make_rows(seed=2) if row["program"] == "a"][:8]
    found = compare(rows, protocol)
    assert found.verdict == "refusal"
    assert found.estimate is None
    assert found.crude is None
    assert [gate.name for gate in found.gates if gate.state == "refused"] == ["size"]
    assert [arm.n_started for arm in found.arms] == [None, None]
    assert "at least 30 are needed" in found.wording
    assert {gate.state for gate in found.gates[4:]} == {"not_reached"}


def test_programs_given_to_different_people_are_refused(
    protocol: Protocol, make_rows: Callable[..., Rows]
) -> None:
    rows = [row | {"program": "a" if row["severity"] == "mild" else "b"} for row in make_rows()]
    assert [gate.name for gate in compare(rows, protocol).failed_gates] == ["strata"]


def test_programs_chosen_by_the_baseline_are_refused_for_want_of_overlap(
    protocol: Protocol, make_rows: Callable[..., Rows]
) -> None:
    rows = make_rows(people=400)
    middle = sorted(row["baseline"] for row in rows)[200]
    rows = [
        row | {"program": "a" if (row["baseline"] < middle) != (index % 25 == 0) else "b", "severity": "mild"}
        for index, row in enumerate(rows)
    ]
    found = compare(rows, protocol)
    assert found.verdict == "refusal"
    assert found.failed_gates[-1].name in ("overlap", "effective_size", "balance")


def test_too_many_lost_to_follow_up_is_a_refusal(protocol: Protocol, make_rows: Callable[..., Rows]) -> None:
    found = compare(make_rows(people=400, lost=0.55), protocol)
    assert [gate.name for gate in found.failed_gates][-1] == "completeness"


def test_a_covariate_from_after_time_zero_is_refused(
    protocol: Protocol, make_rows: Callable[..., Rows]
) -> None:
    late = replace(protocol, covariates=("baseline", "sessions_attended"))
    assert compare(make_rows(), late).failed_gates[0].name == "time_zero"


def test_nobody_at_all_is_a_refusal(protocol: Protocol) -> None:
    found = compare([], protocol)
    assert found.verdict == "refusal"
    assert found.failed_gates[0].name == "both_programs"


def test_the_order_of_rows_changes_nothing(protocol: Protocol, make_rows: Callable[..., Rows]) -> None:
    rows = make_rows()
    one, two = compare(rows, protocol), compare(rows[::-1], protocol)
    assert one.estimate == pytest.approx(two.estimate)
    assert one.verdict == two.verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_over_100_seeds_the_adjusted_interval_covers_the_planted_effect_and_the_crude_does_not(
    name: str,
) -> None:
    cell = scenario().cell(name)
    adjusted = crude = 0
    for seed in SEEDS:
        found = compare(changes(simulate(seed, only_cell(name)), cell), protocol_of(cell))
        assert found.verdict != "refusal", (seed, found.wording)
        assert found.adjusted is not None
        assert found.crude is not None
        adjusted += found.adjusted.low <= cell.effect <= found.adjusted.high
        crude += found.crude.low <= cell.effect <= found.crude.high
    print(f"{name}: adjusted {adjusted} of {len(SEEDS)}, crude {crude} of {len(SEEDS)}")
    assert adjusted >= 90
    assert crude < 50


def test_the_thin_cell_is_refused() -> None:
    cell = scenario().cell("limited_joint_mobility.rotator_cuff")
    for seed in range(5):
        found = compare(changes(simulate(seed, only_cell(cell.name)), cell), protocol_of(cell))
        assert found.verdict == "refusal"


def protocol_of(cell: Cell) -> Protocol:
    measure = cell.outcomes[0].measure
    first, second = cell.programs
    direction = "higher" if measure.sign > 0 else "lower"
    return Protocol(
        cell.condition,
        cell.muscle_groups[0],
        first.name,
        second.name,
        measure.measure,
        measure.measure,
        measure.unit,
        direction,
    )


def changes(run: Run, cell: Cell) -> Rows:
    """Rows of changes from a run's records, taken through the door's ``accept``."""
    sources = registry.load()
    people: dict[str, dict[str, Any]] = {}
    for record in run.records:
        raw = record.fields if record.source == "dynamometer" else json.dumps(record.fields).encode()
        accepted = accept(raw, sources.contract(record.source))
        assert isinstance(accepted, Accepted), accepted
        person = people.setdefault(accepted.subject, {"values": []})
        for draft in accepted.drafts:
            if draft.event_type == "EpisodeOpened":
                person |= {name: draft.fields.get(name) for name in CASE_MIX}
                person["therapist"] = draft.references["therapist"]
            elif draft.event_type == "ProgramAssigned":
                person |= {"program": draft.fields["program"], "time_zero": draft.occurred_at}
            elif draft.event_type == "OutcomeMeasured":
                person["values"].append((draft.occurred_at, draft.fields["value"]))
    return [_change(key, person) for key, person in people.items()]


def _change(key: str, person: dict[str, Any]) -> dict[str, Any]:
    zero: datetime = person["time_zero"]
    day = timedelta(days=1)
    before = [value for at, value in sorted(person["values"]) if -30 * day <= at - zero <= day]
    after = [
        (abs(at - zero - 84 * day), value)
        for at, value in person["values"]
        if 70 * day <= at - zero <= 98 * day
    ]
    return {
        **{name: person[name] for name in (*CASE_MIX, "program", "therapist")},
        "patient_key": key,
        "episode_id": key,
        "baseline": before[-1] if before else None,
        "follow_up": min(after)[1] if after else None,
    }
