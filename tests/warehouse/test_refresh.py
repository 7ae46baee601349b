"""A refresh releases what passed and nothing else; the current release stands until then."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contracts import topics
from contracts.settings import Settings
from warehouse.chosen import Share
from warehouse.exclusive import one_refresh_at_a_time
from warehouse.gate import last_gate
from warehouse.refresh import refresh, share_of
from warehouse.refused import LakeRefused, RefreshBusy, ReleaseRefused
from warehouse.release import Note, current

SESSIONS = """
SELECT patient_key, event_id AS session_key, place, quality, release
FROM lake.events, lake.build WHERE event_type = 'SessionRecorded'
"""


def ask(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    released = current(settings.home.marts)
    assert released is not None
    with duckdb.connect(str(released), read_only=True) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.slow
def test_a_first_refresh_releases_a_second_without_news_reuses_and_news_make_another(
    home_settings: Settings,
    clinic_log: Any,
    make_course: Any,
    make_worker: Any,
    small_project: Callable[..., Path],
) -> None:
    project, steps = small_project(), []
    arguments = {"project": project, "open_log": lambda _: clinic_log}
    first = refresh(home_settings, lambda step, _: steps.append(step), **arguments)
    assert steps == ["land", "load", "transform", "quality", "parity", "release"]
    assert (first.release, first.patients, first.compared, first.reused) == ("1", 6, 6, False)
    assert ask(home_settings, "SELECT count(*), min(release) FROM fct_episode") == [(6, "1")]
    assert ask(home_settings, "SELECT release, events, patients FROM ops_release") == [("1", first.events, 6)]
    assert ask(home_settings, "SELECT sum(different) FROM ops_parity") == [(0,)]
    again = refresh(home_settings, **arguments)
    assert (again.release, again.reused, again.landed, again.events) == ("1", True, 0, first.events)
    newcomer = make_course(20)
    clinic_log.say(*newcomer.events)
    second = refresh(home_settings, **arguments)
    assert (second.release, second.patients, second.reused) == ("2", 7, False)
    assert second.all_replayed_at == first.all_replayed_at
    assert second.compared == 1, "the newcomer has no state yet, and the person with key 2 had the turn"
    kept = {path.name for path in home_settings.home.marts.glob("building/*.duckdb*")}
    assert kept == {"working.duckdb", "candidate.duckdb"}, "the next build goes on from there"
    small_project(test="SELECT 1 WHERE false")
    assert refresh(home_settings, **arguments).release == "3", "another project makes another release"


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["dbt", "parity", "quality"])
def test_a_release_that_does_not_pass_leaves_the_current_one_standing(
    home_settings: Settings, clinic_log: Any, small_project: Callable[..., Path], fault: str
) -> None:
    home_settings.home.marts.mkdir(parents=True)
    (home_settings.home.marts / "4.duckdb").write_bytes(b"the release of yesterday")
    (home_settings.home.marts / "current").write_text("4.duckdb\n")
    project = small_project()
    expected = "The marts did not pass"
    if fault == "dbt":
        small_project(test="SELECT 1")
    elif fault == "parity":
        expected = "is not what the lake's events give"
        last = clinic_log.rows[topics.PROGRESSION][0][-1]
        value = json.loads(last.value)
        value["view"]["sessions_attended"] += 1
        clinic_log.add(topics.PROGRESSION, 0, last.key.decode(), json.dumps(value).encode())
    else:
        expected = "fct_session.quality.range"
        (project / "models" / "fct_session.sql").write_text(
            SESSIONS.replace("quality,", "quality * 2 AS quality,")
        )
    with pytest.raises(ReleaseRefused, match=expected):
        refresh(home_settings, project=project, open_log=lambda _: clinic_log)
    kept = last_gate(home_settings.home.marts)
    assert kept is not None and re.search(expected, kept.refused or ""), "the page and status tell it"
    assert bool(kept.checks) == (fault != "dbt"), "what a refused candidate failed on is kept"
    assert (home_settings.home.marts / "current").read_text() == "4.duckdb\n"
    assert [path.name for path in home_settings.home.marts.glob("*.duckdb")] == ["4.duckdb"]


NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "hours", "is_share"),
    [("same", 3, True), ("other", 3, False), ("same", 21, False)],
    ids=["nothing but news", "other code", "a day later"],
)
def test_everybody_is_replayed_on_other_code_and_once_a_day(digest: str, hours: int, is_share: bool) -> None:
    facts = {"all_replayed_at": (NOW - timedelta(hours=hours)).isoformat()}
    standing = Note("7", "same", {"events": {"0": 5}}, 0, facts)
    expected = Share({"events": {"0": 5}}, 8) if is_share else None
    assert share_of(standing, digest, 8, NOW) == expected


def test_everybody_is_replayed_where_nobody_knows_when_that_was(home_settings: Settings) -> None:
    assert share_of(None, "same", 1, NOW) is None
    assert share_of(Note("7", "same", {}, 0, {}), "same", 8, NOW) is None


def test_one_refresh_of_a_home_runs_at_a_time(home_settings: Settings, clinic_log: Any) -> None:
    told: list[tuple[str, str]] = []
    with (
        one_refresh_at_a_time(home_settings.home.marts / "refresh.lock"),
        pytest.raises(RefreshBusy, match="Another refresh"),
    ):
        refresh(home_settings, lambda *said: told.append(said), open_log=lambda _: clinic_log, patience_s=0)
    assert told == [("refresh", "waiting for another refresh to end")]
    assert not home_settings.home.lake.exists()


def test_a_refresh_waits_for_another_one_and_then_does_its_own(home_settings: Settings) -> None:
    other, done = ExitStack(), []
    other.enter_context(one_refresh_at_a_time(home_settings.home.marts / "refresh.lock"))

    def its_own(_: Settings) -> Any:
        done.append("its own")
        raise LakeRefused("Kafka at 127.0.0.1:1 cannot be read")

    with pytest.raises(LakeRefused):
        refresh(home_settings, lambda *_: other.close(), open_log=its_own)
    assert done == ["its own"]


def test_without_a_broker_nothing_is_touched(home_settings: Settings) -> None:
    def nowhere(_: Settings) -> Any:
        raise LakeRefused("Kafka at 127.0.0.1:1 cannot be read")

    with pytest.raises(LakeRefused):
        refresh(home_settings, open_log=nowhere)
    assert current(home_settings.home.marts) is None
