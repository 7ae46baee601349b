"""A worker that is killed, stopped and left without its broker loses nothing and counts nothing twice."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from crash import killer, topics_read
from crash.hosts import KILL, Fleet, fleet
from crash.journal import journal_of
from crash.oracle import complaints
from crash.people import Sent, stream

from contracts import topics
from infra.broker import LocalBroker

pytestmark = [pytest.mark.broker, pytest.mark.e2e]

KILLS = 20
PATIENTS = 1_200
EVENTS = 50_000


@pytest.mark.timeout(600)
def test_a_worker_that_is_killed_in_mid_stream_ends_where_a_straight_fold_ends(
    fresh_broker: Callable[[], LocalBroker], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    journal = journal_of(request.node.name)
    dice = random.Random(journal.seed)
    broker = fresh_broker()
    bootstrap = str(broker.start().bootstrap)
    topics_read.make_topics(bootstrap)
    sent = stream(PATIENTS, journal.seed, EVENTS)
    assert len(sent) == EVENTS
    parts = killer.slices(sent, KILLS + 2)
    broker_dies, worker_stops = dice.sample(range(len(parts)), 2)
    with fleet(bootstrap, tmp_path, ["one"], journal) as run:
        (host,) = run.hosts
        for number, part in enumerate(parts):
            if number == broker_dies:
                lose_the_broker(run, part, broker)
            elif number == worker_stops:
                stop_for_a_while(run, part)
            else:
                killer.kill_after_progress(run, host, part, dice, most=0.8)
        killer.finish(run, bootstrap)
        assert journal.count(KILL) == KILLS
        assert sum(topics_read.ends(bootstrap, topics.EVENTS).values()) == EVENTS
        assert complaints(killer.evidence(run, bootstrap)) == []
        replayed = killer.replay_check(bootstrap, tmp_path / "lake")
        assert (replayed["agrees"], replayed["different"]) == (True, 0), replayed
        assert replayed["compared"] > PATIENTS
    print(journal.write(tmp_path / "journal.json", events=EVENTS, patients=PATIENTS))


def lose_the_broker(run: Fleet, part: Sequence[Sent], broker: LocalBroker) -> None:
    """The broker is killed under load and comes back on its data; the worker, or the next one, goes on."""
    (host,) = run.hosts
    with killer.second_half_sent(run, host, part):
        before = host.progress()
        killer.kill_broker(broker, run.journal)
        killer.wait_for_progress(run, host, before)


def stop_for_a_while(run: Fleet, part: Sequence[Sent]) -> None:
    """The worker is stopped for 3 s in mid-stream and goes on."""
    (host,) = run.hosts
    with killer.second_half_sent(run, host, part):
        host.freeze()
        before = host.progress()
        time.sleep(3.0)
        host.thaw()
        killer.wait_for_progress(run, host, before)
