"""A worker whose disk fills ends with a sentence, and goes on once there is room, with nothing lost."""

from pathlib import Path

import pytest
from crash import killer, topics_read
from crash.disks import MIB, disk_of
from crash.hosts import Host, fleet
from crash.journal import journal_of
from crash.oracle import complaints
from crash.people import stream

pytestmark = [pytest.mark.broker, pytest.mark.e2e]


@pytest.mark.timeout(600)
def test_a_worker_whose_disk_fills_says_so_and_goes_on_when_there_is_room(
    broker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    journal = journal_of(request.node.name)
    topics_read.make_topics(broker)
    first, second = killer.slices(stream(400, journal.seed), 2)
    with fleet(broker, tmp_path, ["one"], journal) as run, disk_of(run.hosts[0]) as disk:
        (host,) = run.hosts
        disk.leave(2 * MIB)
        topics_read.produce(broker, first)
        host.start()
        assert_it_ends_for_want_of_room(host)
        topics_read.produce(broker, second)
        host.start()
        assert_it_ends_for_want_of_room(host)
        disk.grow()
        killer.finish(run, broker)
        assert complaints(killer.evidence(run, broker)) == []
    print(journal.write(tmp_path / "journal.json", words=[host.words for host in run.hosts]))


def assert_it_ends_for_want_of_room(host: Host) -> None:
    """The worker ends by itself with exit code 1 and one sentence that speaks of the disk."""
    assert host.worker is not None
    host.worker.wait(60)
    sentence = host.ended()
    assert sentence is not None
    assert "disk" in sentence, sentence
    assert "does not know" not in sentence, sentence
