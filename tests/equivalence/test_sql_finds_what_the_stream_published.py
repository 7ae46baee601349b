"""SQL that shares no code with the fold finds what the stream published of made-up histories."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from published import PublishedLog, landed, log_of_many

from contracts import topics
from warehouse.building import Order, Place, fill
from warehouse.lake import Lake
from warehouse.parity import Compared, compare
from warehouse.recomputed import recomputed
from warehouse.transform_run import PROJECT

HISTORIES = int(os.environ.get("PARITY_HISTORIES", "200"))
"""Histories in the small run; the nightly one makes 10,000."""

pytestmark = pytest.mark.slow


@cache
def clinic(number: int) -> PublishedLog:
    """The log of so many patients; whoever changes it copies it."""
    return log_of_many(number)


def found_in(lake: Lake, work: Path) -> dict[str, Compared]:
    """What SQL found, by comparison; of the models only those are built that it needs."""
    place = Place(work)
    fill(place, Order(lake, "of these tests", full=True))
    folders = [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(work / "target"),
    ]
    dbt = [str(Path(sys.executable).with_name("dbt")), "--no-partial-parse", "run", "--full-refresh"]
    subprocess.run(
        [*dbt, *folders, "--log-path", str(work / "logs"), "--select", "+int_parity"],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"WAREHOUSE_FILE": str(place.working), "CANDIDATE_FILE": str(place.candidate)},
        cwd=work,
    )
    return {each.check: each for each in recomputed(place.working)}


def held(number: int, folder: Path) -> None:
    """All comparisons over so many histories: everybody is compared, and nothing differs."""
    lake = landed(clinic(number), folder / "lake")
    checks = found_in(lake, folder / "marts")
    told = [one for each in checks.values() for one in each.differences]
    assert [(one.check, one.what) for one in told] == []
    assert {name: each.different for name, each in checks.items()} == dict.fromkeys(COMPARED, 0)
    assert {each.skipped for each in checks.values()} == {0}
    assert all(each.compared > least * number for each, least in zip(checks.values(), ENOUGH, strict=True))


COMPARED = ("chain_of_stages", "decision_inputs", "episode_view", "outcomes", "overrides_followed")
ENOUGH = (3, 10, 8, 1, 0.4)
"""By comparison, in the order of their names: more values than so many for each history."""


def test_sql_finds_what_was_published_of_generated_histories(tmp_path: Path) -> None:
    held(HISTORIES, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(10_800)
def test_sql_finds_what_was_published_of_ten_thousand_histories(tmp_path: Path) -> None:
    held(10_000, tmp_path)


Plant = Callable[[dict[str, Any]], bool]
"""Changes a published message, and says whether there was something to change."""


def _in_view(change: Callable[[dict[str, Any]], Any]) -> Plant:
    return lambda value: bool(change(value["view"]))


def _set(target: dict[str, Any], **values: Any) -> bool:
    target.update(values)
    return True


def _other_input(view: dict[str, Any], name: str, value: Any) -> bool:
    for track in view["tracks"]:
        inputs = (track["last_decision"] or {}).get("inputs", {})
        if inputs.get(name) is not None:
            return _set(inputs, **{name: value})
    return False


def _broken_chain(view: dict[str, Any]) -> bool:
    for track in view["tracks"]:
        for before, after in zip(track["history"], track["history"][1:], strict=False):
            if before["to_stage"] != "S0" and after["from_stage"] != "S0":
                return _set(after, from_stage="S0")
    return False


def _override_not_followed(view: dict[str, Any]) -> bool:
    for track in view["tracks"]:
        for fact in track["history"]:
            if fact["kind"] == "stage_overridden":
                return _set(fact, kind="stage_entered")
    return False


def _other_outcome(view: dict[str, Any], name: str) -> bool:
    for outcome in view["outcomes"]:
        if outcome[name] is not None:
            return _set(outcome, **{name: outcome[name] + 1.0})
    return False


IN_VIEWS: dict[str, tuple[str, str, Plant]] = {
    "a session more": (
        "episode_view",
        "sessions_attended",
        _in_view(lambda view: _set(view, sessions_attended=view["sessions_attended"] + 1)),
    ),
    "another time zero": (
        "episode_view", "time_zero",
        _in_view(lambda view: view["time_zero"] and _set(view, time_zero="2025-01-01T00:00:00Z")),
    ),
    "a slope of pain": (
        "episode_view", "tracks[0].pain_trend",
        _in_view(lambda view: view["tracks"] and _set(view["tracks"][0], pain_trend=7.5)),
    ),
    "adherence of a track": (
        "episode_view", "tracks[0].adherence_14d",
        _in_view(lambda view: view["tracks"] and _set(view["tracks"][0], adherence_14d=0.123)),
    ),
    "a baseline": ("outcomes", ".baseline", _in_view(lambda view: _other_outcome(view, "baseline"))),
    "a latest value": ("outcomes", ".latest", _in_view(lambda view: _other_outcome(view, "latest"))),
    "a best value": ("outcomes", ".best", _in_view(lambda view: _other_outcome(view, "best"))),
    **{
        f"the input {name}": (
            "decision_inputs", f"inputs.{name}",
            _in_view(lambda view, name=name, value=value: _other_input(view, name, value)),
        )
        for name, value in {
            "pain_during": 9.75, "pain_after": 9.75, "pain_next_morning": 9.75, "quality": 0.123,
            "reps_share": 0.123, "adherence_14d": 0.123, "weekly_pain_rise": -9.0, "pain_rises": 3,
            "next_morning_rise": 9.5, "effusion_course": "notify_all", "soreness": "unheard",
            "effusion_grade": 2.75, "red_flag": None, "sessions_7d": 99,
        }.items()
        if name != "sessions_7d"  # no released policy looks at it
    },
    "a broken chain": ("chain_of_stages", "stages left", _in_view(_broken_chain)),
    "a stage that no step led to": (
        "chain_of_stages", ": stage",
        _in_view(lambda view: view["tracks"] and _set(view["tracks"][0], stage="S9")),
    ),
    "an override that was not followed": (
        "overrides_followed", "set by hand", _in_view(_override_not_followed),
    ),
}  # fmt: skip
"""Wrong values in what the stream published: in which comparison SQL finds each, and under which field."""


class Forged:
    """A log with one message of ``progression`` changed for each planted fault, each in another one."""

    def __init__(self, log: PublishedLog) -> None:
        self.log = log
        self.planted: dict[str, str] = {}
        self.rows = {
            topic: {number: list(rows) for number, rows in each.items()} for topic, each in log.rows.items()
        }
        free = [
            (number, at) for number, rows in self.rows[topics.PROGRESSION].items() for at in range(len(rows))
        ]
        for fault, (_, _, plant) in IN_VIEWS.items():
            self._plant(fault, plant, free)

    def _plant(self, fault: str, plant: Plant, free: list[tuple[int, int]]) -> None:
        for place in free:
            rows, at = self.rows[topics.PROGRESSION][place[0]], place[1]
            value = json.loads(rows[at].value)
            if plant(value):
                rows[at] = type(rows[at])(rows[at].offset, rows[at].key, json.dumps(value).encode())
                self.planted[fault] = value["episode_id"]
                free.remove(place)
                return

    def bounds(self, topic: str) -> Any:
        """Those of the log."""
        return self.log.bounds(topic)

    def read(self, topic: str, wanted: Any) -> Iterator[Any]:
        """The log's, with the forged messages."""
        for chunk in self.log.read(topic, wanted):
            begin, end = wanted[chunk.partition]
            yield type(chunk)(chunk.partition, self.rows[topic][chunk.partition][begin:end], end)


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Forged, Lake, dict[str, Compared]]:
    folder = tmp_path_factory.mktemp("forged")
    log = Forged(clinic(HISTORIES))
    lake = landed(log, folder / "lake")  # type: ignore[arg-type]
    return log, lake, found_in(lake, folder / "marts")


@pytest.mark.parametrize("fault", IN_VIEWS)
def test_sql_finds_a_wrong_value_and_names_patient_field_and_values(
    fault: str, forged: tuple[Forged, Lake, dict[str, Compared]]
) -> None:
    log, _, checks = forged
    check, field, _ = IN_VIEWS[fault]
    told = [one for one in checks[check].differences if one.episode_id == log.planted[fault]]
    assert any(field in one.what and "published" in one.what and "expected" in one.what for one in told)


def test_the_replay_finds_every_one_of_them_too(forged: tuple[Forged, Lake, dict[str, Compared]]) -> None:
    log, lake, _ = forged
    states, _ = compare(lake)
    assert {one.episode_id for one in states.differences} == set(log.planted.values())
    assert all(one.what.startswith("view: ") and "expected" in one.what for one in states.differences)


def test_nothing_else_is_said_to_differ(forged: tuple[Forged, Lake, dict[str, Compared]]) -> None:
    log, _, checks = forged
    assert {one.episode_id for each in checks.values() for one in each.differences} == set(
        log.planted.values()
    )
