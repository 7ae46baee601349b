from collections.abc import Callable
from typing import Any

from infra.ports import free_ports

Myomap = Callable[..., Any]


def test_a_taken_port_is_refused_before_anything_starts(myomap: Myomap, taken_port: int) -> None:
    http, dashboard = free_ports(2)
    said = myomap(
        "demo", "--exit", "--json", http_port=http, dashboard_port=dashboard, worker_port=taken_port
    )
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"myomap: Port {taken_port}, for the stream worker, is in use by process")


def test_a_demo_that_ends_does_not_mind_the_port_of_the_dashboards(myomap: Myomap, taken_port: int) -> None:
    (http,) = free_ports(1)
    said = myomap("demo", "--exit", http_port=http, dashboard_port=taken_port, worker_port=taken_port)
    assert "for the stream worker" in said.err
