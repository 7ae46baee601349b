"""Other rules: the worker refuses, a refold tells who changed stage, and the worker goes on from it."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crash import killer, stores_read, topics_read
from crash.hosts import Host, fleet
from crash.journal import journal_of
from crash.oracle import by_partition, dumped, fold_straight, once
from crash.people import Sent
from demo_patients import events_of, small_demo

from contracts import events, topics
from contracts.settings import settings_from
from infra.progress import Steps
from infra.refolding import refold_stores
from infra.replaying import replay_check
from streams.lookup import stores
from streams.opening import store_path
from streams.progression import policy
from streams.progression.codec import encode
from streams.progression.decisions import facts

pytestmark = [pytest.mark.broker, pytest.mark.e2e]

UNDER_OTHER_POLICIES = """
import os, pathlib
from streams.progression import policy
policy.POLICIES = pathlib.Path({folder!r})
from contracts.settings import settings_from
from streams.worker import run
run(settings_from(os.environ))
"""


def other_policies(folder: Path) -> Path:
    """The released policies with one number changed: good sessions in a row that an advance asks for."""
    shutil.copytree(str(policy.POLICIES), folder)
    changed = folder / "default_msk" / "v1.yaml"
    text = changed.read_text()
    assert text.count("consecutive_sessions: 2") == 1
    changed.write_text(text.replace("consecutive_sessions: 2", "consecutive_sessions: 3"))
    return folder


def said() -> list[Sent]:
    """The events of the small demo's clinics in the order of their time."""
    people = events_of(small_demo()).values()
    spoken = sorted(
        (each for said in people for each in said), key=lambda each: (each.occurred_at, each.event_id)
    )
    return [Sent(each.patient_key.encode(), events.encode(each)) for each in spoken]


def settings_of(host: Host) -> Any:
    return settings_from(
        {"MYOMAP_HOME": str(host.home.root), "MYOMAP_BROKER": host.bootstrap, "MYOMAP_PARTITIONS": "4"}
    )


def stages(host: Host) -> dict[tuple[str, str, str, str], str]:
    """By patient, episode, muscle group and side the stage that the stores show."""
    return {
        (key, name, track["muscle_group"], track["side"]): track["stage"]
        for path in stores(host.home)
        for key, name, view in rows(path)
        for track in json.loads(view)["tracks"]
    }


def rows(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.execute("SELECT patient_key, episode_id, view FROM episodes").fetchall()


def assert_everything_is_of_todays_rules(host: Host) -> None:
    """Stores, the latest of progression, and the facts that stand: those of the straight fold."""
    log = by_partition(topics_read.records(host.bootstrap, topics.EVENTS))
    told = by_partition(topics_read.records(host.bootstrap, topics.TRANSITIONS))
    for number, records in log.items():
        states = fold_straight(records).states
        expected = {key: dumped(*encode(state)) for key, state in states.items()}
        assert stores_read.dump(store_path(host.home.streams, number)) == expected
        standing: set[str] = set()
        for message in once(told[number]):
            if message["change"] == "published":
                assert message["fact_id"] not in standing, "a fact was published while it held"
                standing.add(message["fact_id"])
            else:
                standing.remove(message["fact_id"])
        assert standing == {fact.fact_id for state in states.values() for fact in facts(state)}


@pytest.mark.timeout(400)
def test_a_change_of_one_number_is_carried_through_the_stores_and_what_was_published(
    broker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    journal = journal_of(request.node.name)
    topics_read.make_topics(broker)
    first, second = killer.slices(said(), 2)
    folder = str(other_policies(tmp_path / "other"))
    with fleet(broker, tmp_path, ["one"], journal) as run:
        (host,) = run.hosts
        today, host.launch = host.launch, (sys.executable, "-c", UNDER_OTHER_POLICIES.format(folder=folder))
        host.start()
        topics_read.produce(broker, first)
        killer.wait_until_read(run, broker)
        host.stop()

        host.launch = today
        host.start()
        assert host.worker is not None
        host.worker.wait(timeout=30)
        assert "myomap stream refold" in str(host.ended())

        before = stages(host)
        looked = refold_stores(settings_of(host), dry_run=True, steps=Steps(quiet=True))
        assert stages(host) == before
        report = refold_stores(settings_of(host), dry_run=False, steps=Steps(quiet=True))
        after = stages(host)
        moved = {track for track, stage in after.items() if before[track] != stage}
        told = {(each.patient_key, each.episode_id, each.muscle_group, each.side) for each in report.moved}
        assert told == moved
        assert len(moved) > 20
        assert (report.moved, report.moves) == (looked.moved, looked.moves)
        assert sum(each.tracks for each in report.moves) == len(moved)
        kept = json.loads(Path(str(report.kept_in)).read_text())
        assert len(kept["moved"]) == len(moved)
        assert refold_stores(settings_of(host), False, Steps(quiet=True)).partitions == ()

        topics_read.produce(broker, second)
        host.start()
        killer.wait_until_read(run, broker)
        killer.finish(run, broker)
        assert_everything_is_of_todays_rules(host)
        found = replay_check(settings_of(host), landed_only=False)
        assert found.agrees, found.checks
