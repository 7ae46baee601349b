import json
from collections.abc import Callable
from typing import Any

from infra.ports import free_ports

Myomap = Callable[..., Any]


def test_stopping_where_nothing_runs_is_no_error(myomap: Myomap) -> None:
    said = myomap("down")
    assert (said.code, said.out) == (0, "Nothing was running in this home.\n")
    assert json.loads(myomap("down", "--json").out) == {"stopped": False}


def test_a_taken_port_is_refused_before_anything_starts(myomap: Myomap, taken_port: int) -> None:
    http, worker = free_ports(2)
    said = myomap("up", http_port=http, worker_port=worker, dashboard_port=taken_port)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"myomap: Port {taken_port}, for the dashboards, is in use by process")
    assert said.err.endswith("set MYOMAP_DASHBOARD_PORT to a free port.\n")


def test_refreshing_all_the_time_is_refused(myomap: Myomap) -> None:
    said = myomap("up", "--refresh-every", "1")
    assert said.code == 2
    assert "--refresh-every" in said.err
