from collections.abc import Callable
from pathlib import Path

from contracts.settings import Settings
from infra.condition import condition
from infra.ports import free_ports
from infra.services import ORDER
from infra.stack import note_of

AtHome = Callable[..., Settings]


def test_where_nothing_runs_all_is_down(at_home: AtHome) -> None:
    free = dict(zip(("http_port", "worker_port", "dashboard_port"), free_ports(3), strict=True))
    found = condition(at_home(**free))
    assert [each.service for each in found.services] == list(ORDER)
    assert {each.state for each in found.services} == {"down"}
    assert found.release is None


def test_looking_changes_nothing(at_home: AtHome) -> None:
    given = at_home()
    condition(given)
    assert not given.home.root.exists()


def test_the_current_release_is_named(at_home: AtHome, release: Path) -> None:
    assert condition(at_home()).release == release.stem


def test_a_broker_of_the_user_is_asked_for(at_home: AtHome, taken_port: int) -> None:
    answering = condition(at_home(broker=f"127.0.0.1:{taken_port}")).services[0]
    assert (answering.service, answering.state) == ("broker", "ready")
    silent = condition(at_home(broker="127.0.0.1:1")).services[0]
    assert silent.state == "does not answer"


def test_the_interval_of_the_refresher_is_the_one_that_runs_or_nothing(at_home: AtHome) -> None:
    def shown() -> str:
        return next(each.where for each in condition(at_home()).services if each.service == "refresher")

    assert shown() == ""
    at_home().home.run.mkdir(parents=True)
    note_of(at_home().home).remember(refresh_every_s=45)
    assert shown() == "every 45 s"
