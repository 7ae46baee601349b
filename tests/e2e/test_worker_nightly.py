"""Hundreds of kills on three hosts, with everything else that goes wrong, end where a straight fold ends."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from crash import killer, topics_read
from crash.disks import disk_of
from crash.hosts import KILL, fleet
from crash.journal import journal_of
from crash.oracle import complaints
from crash.people import stream
from crash.turmoil import Turmoil

from contracts.topics import EVENTS
from infra.broker import LocalBroker

pytestmark = [pytest.mark.broker, pytest.mark.nightly]

KILLS = int(os.environ.get("CRASH_KILLS", "300"))
"""A shorter trial sets fewer; patients and events follow."""
PATIENTS = 5_000 * KILLS // 300
RECORDS = 200_000 * KILLS // 300
REPORT = Path(__file__).parents[2] / "nightly.json"


@pytest.mark.timeout(60 * 60)
def test_nightly_turmoil_on_three_hosts_ends_where_a_straight_fold_ends(
    fresh_broker: Callable[[], LocalBroker], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    journal = journal_of(request.node.name)
    broker = fresh_broker()
    bootstrap = str(broker.start().bootstrap)
    topics_read.make_topics(bootstrap)
    sent = stream(PATIENTS, journal.seed, RECORDS)
    with fleet(bootstrap, tmp_path, ["one", "two", "three"], journal) as run, disk_of(run.hosts[2]) as disk:
        Turmoil(run, broker, disk, KILLS, 60.0, random.Random(journal.seed)).run(sent)
        killer.finish(run, bootstrap)
        wrong = complaints(killer.evidence(run, bootstrap))
        records = sum(topics_read.ends(bootstrap, EVENTS).values())
        print(journal.write(REPORT, events=records, patients=PATIENTS, complaints=wrong))
        assert wrong == []
        assert records == RECORDS
        assert journal.count(KILL) == KILLS
        assert journal.count("kill -9 of the broker") == 2
        assert journal.count("stop of a worker") == 1
        assert any("disk" in each for each in run.hosts[2].words), "no worker met a full disk"
