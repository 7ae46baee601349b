import hashlib
from pathlib import Path

import pytest

from infra.jars import JarsError, checksums, find_java, pinned, verify


@pytest.fixture
def jars(tmp_path: Path) -> tuple[Path, ...]:
    paths = (tmp_path / "a.jar", tmp_path / "b.jar")
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def test_the_pinned_class_path_is_accepted(jars: tuple[Path, ...]) -> None:
    expected = {path.name: hashlib.sha256(path.name.encode()).hexdigest() for path in jars}
    assert checksums(jars) == expected
    verify(jars, expected)


def test_a_jar_that_was_changed_is_refused_with_what_to_do(jars: tuple[Path, ...]) -> None:
    expected = checksums(jars)
    jars[1].write_bytes(b"something else")
    with pytest.raises(
        JarsError, match=r"^1 of Kafka's jars are not the pinned ones, first b\.jar\. Delete "
    ):
        verify(jars, expected)


def test_a_jar_too_many_or_too_few_is_refused(jars: tuple[Path, ...]) -> None:
    expected = checksums(jars)
    with pytest.raises(JarsError, match=r"first b\.jar"):
        verify(jars[:1], expected)
    with pytest.raises(JarsError, match=r"first a\.jar"):
        verify(jars, {name: value for name, value in expected.items() if name != "a.jar"})
    with pytest.raises(JarsError, match="Delete the cache"):
        verify((), expected)


def test_every_pin_is_a_checksum_of_a_jar() -> None:
    found = pinned()
    assert any(name.startswith(("kafka-server-4.3.1", "kafka_2.13-4.3.1")) for name in found)
    assert all(name.endswith(".jar") and len(value) == 64 for name, value in found.items())


def test_java_comes_with_the_installation() -> None:
    java, java_home = find_java()
    assert java.is_file()
    assert java.is_relative_to(java_home)
