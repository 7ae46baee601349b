from pathlib import Path

from contracts.settings import Home
from infra.benchmarks.clinics import Said
from infra.benchmarks.log_of_events import partition_of
from infra.benchmarks.profile_of import fold_partition, hot_path
from infra.workload import log_of_events
from streams.lookup import find_patient


def said() -> list[Said]:
    return [Said(each.key, each.value) for each in log_of_events(1_500)]


def test_the_profile_names_the_way_from_a_fetch_to_what_follows() -> None:
    text = hot_path(said(), 2)
    assert "cumulative" in text
    assert all(f"({name})" in text for name in ("apply", "fold", "decide", "derived"))


def test_the_partition_is_folded_into_a_real_store(tmp_path: Path) -> None:
    home = Home(tmp_path)
    events = fold_partition(said(), 2, home.streams)
    first = next(each for each in said() if partition_of(each.key, 2) == 0)
    assert events == sum(partition_of(each.key, 2) == 0 for each in said())
    assert find_patient(home, first.key.decode()) is not None
