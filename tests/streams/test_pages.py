from types import SimpleNamespace

from streams.pages import metrics
from streams.partition import Counters


def test_the_metrics_name_each_partition_and_no_patient() -> None:
    partition = SimpleNamespace(
        number=3,
        lag=7,
        store=SimpleNamespace(next_offset=40),
        counters=Counters(events=40, batches=2, quarantined=1, transitions=5, commit_seconds=0.5),
    )
    lines = metrics([partition]).splitlines()  # type: ignore[list-item]
    assert 'myomap_lag_events{partition="3"} 7' in lines
    assert 'myomap_next_offset{partition="3"} 40' in lines
    assert 'myomap_quarantined_total{partition="3"} 1' in lines
    assert sum(line.startswith("# TYPE") for line in lines) == sum('partition="3"' in line for line in lines)


def test_a_worker_without_partitions_has_metrics_without_values() -> None:
    assert all(line.startswith("#") for line in metrics([]).splitlines())
