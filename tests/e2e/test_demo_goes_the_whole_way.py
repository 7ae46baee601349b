"""The demo: three clinics' half year goes through the whole line, is accounted for and can be repeated."""

import json
from typing import Any

import pytest

from contracts.events import EventRetracted, PatientsMerged
from warehouse.effects.compare import compare
from warehouse.effects.protocol import Protocol
from warehouse.lake import events_of, events_of_type, open_lake

pytestmark = [pytest.mark.broker, pytest.mark.e2e, pytest.mark.slow]

SOURCES = {"therapist_form", "dynamometer", "motion_sensor", "home_app"}


def account_of(demo: Any, source: str) -> dict[str, Any]:
    return next(each for each in demo.summary["accounts"] if each["source"] == source)


def manifest_of(demo: Any) -> dict[str, Any]:
    text = (demo.installation.home.demo / "manifest.json").read_text()
    manifest: dict[str, Any] = json.loads(text)
    return manifest


def test_every_record_has_one_verdict_and_none_is_missing(demo: Any) -> None:
    assert demo.summary["well"] is True
    assert {each["source"] for each in demo.summary["accounts"]} == SOURCES
    for each in demo.summary["accounts"]:
        assert each["received"] == each["accepted"] + each["duplicate"] + each["rejected"]
        assert each["received"] == each["sent"]


def test_the_verdicts_are_those_that_the_simulated_clinics_earned(demo: Any) -> None:
    manifest = manifest_of(demo)
    for source in SOURCES:
        files, live = manifest["expected"][source], manifest["expected_live"].get(source, {})
        earned = {name: count + live.get(name, 0) for name, count in files.items()}
        account = account_of(demo, source)
        assert {name: account[name] for name in earned} == earned, source


def test_nothing_is_left_to_read_and_nothing_is_left_running(demo: Any) -> None:
    assert demo.summary["lag"] == 0
    assert demo.installation.processes() == []


def test_the_release_is_of_the_promised_size(demo: Any) -> None:
    (release,) = demo.installation.sql("SELECT release, events, patients FROM ops_release")
    assert release["events"] >= 100_000
    assert release["patients"] >= 2_000
    assert demo.summary["figures"]["episodes"] >= 2_000
    assert demo.summary["figures"]["transitions"] > 2_000


def test_the_stream_and_the_batch_agree_on_every_state(demo: Any) -> None:
    rows = demo.installation.sql("SELECT compared, skipped, different FROM ops_parity")
    assert sum(row["compared"] for row in rows) >= 2_000
    assert sum(row["different"] for row in rows) == 0


def test_the_lake_replayed_on_demand_agrees_too(demo: Any) -> None:
    found = demo.installation.json("replay", "--check")
    assert (found["agrees"], found["different"]) == (True, 0)
    assert found["compared"] >= 4_000
    assert demo.installation.processes() == []


def test_six_cells_hold_sixty_people_in_each_of_two_programs(demo: Any) -> None:
    rows = demo.installation.sql(
        "SELECT condition, muscle_group, program, count(*) AS n FROM fct_episode WHERE program IS NOT NULL"
        " GROUP BY ALL HAVING count(*) >= 60"
    )
    cells: dict[tuple[str, str], int] = {}
    for row in rows:
        cell = (row["condition"], row["muscle_group"])
        cells[cell] = cells.get(cell, 0) + 1
    assert sum(count == 2 for count in cells.values()) >= 6


def changes(demo: Any, condition: str, muscle_group: str, measure: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = demo.installation.sql(
        "SELECT * FROM fct_change WHERE horizon = 'week_12'"
        f" AND condition = '{condition}' AND muscle_group = '{muscle_group}' AND measure = '{measure}'"
    )
    return rows


def test_a_comparison_finds_the_planted_effect_that_the_crude_difference_misses(demo: Any) -> None:
    protocol = Protocol(
        "low_back_pain", "lumbar_extensors", "stabilization_led", "manual_therapy_led",
        "rmdq", "RMDQ", "score", "lower",
    )  # fmt: skip
    answer = compare(changes(demo, "low_back_pain", "lumbar_extensors", "rmdq"), protocol)
    assert answer.verdict in ("answer", "caution")
    assert answer.adjusted is not None and answer.adjusted.low <= 2.0 <= answer.adjusted.high
    assert answer.crude is not None and answer.crude.low > 2.0


def test_the_thin_cell_is_refused(demo: Any) -> None:
    protocol = Protocol(
        "limited_joint_mobility", "rotator_cuff", "manual_therapy_led", "stimulation_led",
        "quickdash", "QuickDASH", "score", "lower",
    )  # fmt: skip
    answer = compare(changes(demo, "limited_joint_mobility", "rotator_cuff", "quickdash"), protocol)
    assert answer.verdict == "refusal"
    assert answer.adjusted is None


def test_erased_people_are_gone_and_merged_people_are_one(demo: Any) -> None:
    manifest = manifest_of(demo)
    assert manifest["merged"] and manifest["erased"]
    (people,) = demo.installation.sql("SELECT count(DISTINCT patient_key) AS n FROM fct_episode")
    assert people["n"] == manifest["patients"] - len(manifest["erased"])


def test_nothing_stands_under_an_absorbed_key_any_more(demo: Any) -> None:
    lake = open_lake(demo.installation.home)
    pairs = [(each.patient_key, each.other_key) for each in events_of_type(lake, "PatientsMerged")]
    assert len(pairs) == len(manifest_of(demo)["merged"])
    for pair in pairs:
        left = list(events_of(lake, max(pair)))
        taken_back = {each.retracts for each in left if isinstance(each, EventRetracted)}
        said = {each.event_id for each in left if not isinstance(each, EventRetracted | PatientsMerged)}
        assert said and said <= taken_back


def test_a_second_run_changes_no_figure(demo: Any) -> None:
    before = demo.installation.sql("SELECT count(*) AS n, sum(value) AS total FROM fct_outcome")
    again = demo.installation.json("demo", "--exit", seconds=600)
    assert again["well"] is True
    assert again["accounts"] == demo.summary["accounts"]
    assert again["figures"] | {"release": ""} == demo.summary["figures"] | {"release": ""}
    assert demo.installation.sql("SELECT count(*) AS n, sum(value) AS total FROM fct_outcome") == before
    assert demo.installation.processes() == []
