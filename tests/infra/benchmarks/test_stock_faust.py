"""The whole of it is run by ``make bench``; here, that it is set up as it says."""

from pathlib import Path

from faust.serializers import codecs

from infra.benchmarks.long_episode import long_episode
from infra.benchmarks.one_value import bytes_of
from infra.benchmarks.stock_faust import TRANSITIONS, build, changelog
from streams.progression.fold import evolve
from streams.progression.state import initial


def test_the_table_publishes_stored_values_and_reads_them_back_as_states(tmp_path: Path) -> None:
    _, source, table, transitions = build("fold", "127.0.0.1:1", "myomap.events", 4, str(tmp_path))
    state = evolve(initial(), long_episode()[0])
    codec = codecs.get_codec(table.value_serializer)
    assert codec.dumps(state) == bytes_of(state)
    assert codec.loads(bytes_of(state)) == state
    assert table.changelog_topic.get_topic_name() == changelog("fold")
    assert table.changelog_topic.partitions == 4
    assert source.get_topic_name() == "myomap.events"
    assert transitions.get_topic_name() == TRANSITIONS


def test_what_is_read_raw_stays_as_it_is_stored(tmp_path: Path) -> None:
    _, _, table, _ = build("recover-raw", "127.0.0.1:1", "myomap.events", 4, str(tmp_path))
    stored = bytes_of(evolve(initial(), long_episode()[0]))
    assert codecs.get_codec(table.value_serializer).loads(stored) == stored


def test_folding_and_recovering_do_not_share_a_changelog() -> None:
    assert changelog("fold") != changelog("recover")
