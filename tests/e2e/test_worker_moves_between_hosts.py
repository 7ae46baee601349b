"""Partitions move between hosts that share nothing but Kafka, and back to a host whose stores are old."""

from pathlib import Path

import pytest
from crash import killer, topics_read
from crash.hosts import fleet
from crash.journal import journal_of
from crash.oracle import complaints
from crash.people import stream

pytestmark = [pytest.mark.broker, pytest.mark.e2e]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("homes", ["a home each", "one home"])
def test_partitions_move_to_another_worker_and_back_to_stores_that_are_old(
    broker: str, tmp_path: Path, request: pytest.FixtureRequest, homes: str
) -> None:
    journal = journal_of(request.node.name)
    topics_read.make_topics(broker)
    parts = killer.slices(stream(300, journal.seed), 5)
    with fleet(broker, tmp_path, ["one", "two"], journal) as run:
        one, two = run.hosts
        if homes == "one home":  # two workers on one host, as with myomap stream --workers 2
            two.home = one.home
        one.start()
        topics_read.produce(broker, parts[0])
        killer.wait_until_read(run, broker)
        two.start()
        run.wait(two.is_ready, "the second worker is not ready")
        topics_read.produce(broker, parts[1])
        if homes == "one home":  # a worker that is stopped in mid-commit holds the file for as long
            killer.wait_until_read(run, broker)
        one.freeze()
        topics_read.produce(broker, parts[2])
        killer.wait_until_read(run, broker)
        assert two.progress() == sum(run.offsets().values()), "all partitions moved to the second worker"
        stale = one.progress()
        one.thaw()
        topics_read.produce(broker, parts[3])
        killer.wait_for_progress(run, one, stale)
        killer.wait_until_read(run, broker)
        two.kill()
        topics_read.produce(broker, parts[4])
        killer.wait_until_read(run, broker)
        assert one.progress() == sum(run.offsets().values()), "all partitions came back to the first worker"
        killer.finish(run, broker)
        assert complaints(killer.evidence(run, broker)) == []
    print(journal.write(tmp_path / "journal.json", words=[host.words for host in run.hosts]))
