"""Lost, cut and wrong stores are made anew from the lake, and a worker goes on from them."""

import json
import sqlite3
from contextlib import closing
from itertools import zip_longest
from pathlib import Path

import pytest
from crash import killer, stores_read, topics_read
from crash.hosts import Host, fleet
from crash.journal import journal_of
from crash.oracle import by_partition, complaints, dumped, fold_straight
from crash.people import Sent, stream
from demo_patients import events_of, small_demo

from contracts import events, topics
from contracts.settings import Settings, settings_from
from infra.progress import Steps
from infra.rebuilding import Rebuilt, rebuild_stores
from infra.refusal import Refusal
from infra.replaying import replay_check
from streams.lookup import stores
from streams.opening import store_path
from streams.progression.codec import encode

pytestmark = [pytest.mark.broker, pytest.mark.e2e]


def said(seed: int) -> list[Sent]:
    """The small demo's clinics, whose tracks climb and fall, and between them people of whom all is odd."""
    demo = [each for spoken in events_of(small_demo()).values() for each in spoken]
    sent = [Sent(each.patient_key.encode(), events.encode(each)) for each in demo]
    return [each for pair in zip_longest(sent, stream(100, seed)) for each in pair if each is not None]


def settings_of(host: Host) -> Settings:
    return settings_from(
        {
            "MYOMAP_HOME": str(host.home.root),
            "MYOMAP_BROKER": host.bootstrap,
            "MYOMAP_PARTITIONS": str(topics_read.PARTITIONS),
            "MYOMAP_WORKER_PORT": str(host.port),
        }
    )


def rebuilt(host: Host, *partitions: int) -> tuple[Rebuilt, ...]:
    return rebuild_stores(settings_of(host), list(partitions) or None, Steps(quiet=True))


def lose_cut_and_spoil(host: Host) -> None:
    """One store is gone, one is cut, in one a state is wrong; the fourth is as it should be."""
    lost, cut, spoilt = (store_path(host.home.streams, number) for number in range(3))
    lost.unlink()
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 3])
    with closing(sqlite3.connect(spoilt)) as connection:
        connection.execute("UPDATE patients SET state = (SELECT min(state) FROM patients)")
        connection.commit()


def assert_is_the_straight_fold(host: Host) -> None:
    log = by_partition(topics_read.records(host.bootstrap, topics.EVENTS))
    expected = {
        number: {key: dumped(*encode(state)) for key, state in fold_straight(records).states.items()}
        for number, records in log.items()
    }
    assert {number: stores_read.dump(store_path(host.home.streams, number)) for number in log} == expected


@pytest.mark.timeout(400)
def test_stores_made_anew_from_the_lake_are_the_straight_fold_and_a_worker_goes_on(
    broker: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    journal = journal_of(request.node.name)
    topics_read.make_topics(broker)
    first, second, third = killer.slices(said(journal.seed), 3)
    with fleet(broker, tmp_path, ["one", "two"], journal) as run:
        host, other = run.hosts
        host.start()
        topics_read.produce(broker, first)
        killer.wait_until_read(run, broker)
        with pytest.raises(Refusal, match=r"1 stream workers own .* then run: myomap stream rebuild"):
            rebuild_stores(settings_of(host), None, Steps(quiet=True))
        host.stop()
        topics_read.produce(broker, second)
        lose_cut_and_spoil(host)

        made = rebuilt(host)
        ends = topics_read.ends(broker, topics.EVENTS)
        assert {each.partition: each.next_offset for each in made} == ends
        assert [each.replaced is not None for each in made] == [False, True, True, True]
        assert [each for each in host.home.streams.iterdir() if "rebuilding" in each.name] == []
        assert len(list(stores(host.home))) == topics_read.PARTITIONS
        assert_is_the_straight_fold(host)

        topics_read.produce(broker, third)
        other.start()  # a host that has nothing yet: what was made anew is published, so it goes on from it
        killer.wait_until_read(run, broker)
        assert "is restored from Kafka" in (other.folder / "worker-1.log").read_text()
        killer.finish(run, broker)
        assert complaints(killer.evidence(run, broker)) == []
        report = replay_check(settings_of(host), landed_only=False)
        assert (report.agrees, report.different) == (True, 0), json.dumps(str(report.checks))
        assert report.compared > 100
