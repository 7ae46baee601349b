import os

import pytest

from infra.benchmarks.cores import Cores, on, two_cores

CHOOSABLE = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def test_without_a_choice_nothing_is_pinned_and_that_is_said() -> None:
    nowhere = Cores(None, None)
    with on(nowhere.client):
        assert not nowhere.apart
    assert "no core of their own" in str(nowhere)


@pytest.mark.skipif(not CHOOSABLE, reason="this machine does not let one choose between cores")
def test_client_and_broker_have_different_cores_and_all_are_given_back() -> None:
    before, cores = os.sched_getaffinity(0), two_cores()
    assert cores.client != cores.broker
    with on(cores.client):
        assert os.sched_getaffinity(0) == {cores.client}
        with on(cores.broker):
            assert os.sched_getaffinity(0) == {cores.broker}
        assert os.sched_getaffinity(0) == {cores.client}
    assert os.sched_getaffinity(0) == before
