"""The settings of a Myomap installation as frozen values, read from a mapping and nothing else.

``settings_from(mapping)`` is pure: a shell hands in ``os.environ``. Every variable is listed in
``VARIABLES`` with what it is for; the READMEs are held to that list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

VARIABLES: Final[dict[str, str]] = {
    "MYOMAP_HOME": "folder that holds all state (default .myomap)",
    "MYOMAP_LAKE": (
        "folder or object store (such as s3://bucket/prefix) that holds the Parquet archive; "
        "several homes never land in the same (default the home's lake)"
    ),
    "MYOMAP_BROKER": "HOST:PORT of a Kafka to use; without it a local one is started",
    "MYOMAP_PARTITIONS": "partitions of each topic, fixed when topics are made (default 8)",
    "MYOMAP_RETENTION_DAYS": "days for which Kafka keeps events (default 30)",
    "MYOMAP_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL (default PLAINTEXT)",
    "MYOMAP_KAFKA_SASL_MECHANISM": "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    "MYOMAP_KAFKA_SASL_USERNAME": "SASL user name",
    "MYOMAP_KAFKA_SASL_PASSWORD": "SASL password",
    "MYOMAP_KAFKA_CA_FILE": "PEM file with the authority that signed the broker's certificate",
    "MYOMAP_KAFKA_CERT_FILE": "PEM file with this client's certificate",
    "MYOMAP_KAFKA_KEY_FILE": "PEM file with this client's private key",
    "MYOMAP_HOST": (
        "address of the door, the worker's page and the dashboards; "
        "the local broker stays on 127.0.0.1 (default 127.0.0.1)"
    ),
    "MYOMAP_HTTP_PORT": "port of the HTTP door (default 8400)",
    "MYOMAP_DASHBOARD_PORT": "port of the dashboards (default 8501)",
    "MYOMAP_WORKER_PORT": "port of the stream worker's web page, of several the first's (default 6066)",
    "MYOMAP_WORKERS": "stream workers on this host (default 1)",
    "MYOMAP_WORKER_SECRET": (
        "secret that a program sends to read a patient's progression from a worker; "
        "without it one is made in the home"
    ),
    "MYOMAP_WAREHOUSE_MEMORY_MB": "most that DuckDB takes in a refresh, all parts together (default 1500)",
    "MYOMAP_RELEASE_DAYS": "days for which every release of the marts stays (default 7)",
    "MYOMAP_RELEASE_MONTHS": "months of which the last release stays (default 24)",
    "MYOMAP_MINIMUM_CELL": "smallest group that may be shown (default 11)",
    "MYOMAP_DEVELOPMENT_IDENTITY": "1 shows the role switch in place of a login (default 0)",
}


PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


MOST_WORKERS: Final = 64
SHORTEST_SECRET: Final = 16


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what it may be."""


@dataclass(frozen=True)
class KafkaSettings:
    """How to reach the broker. Files are PEM; all fields but ``bootstrap`` are optional."""

    bootstrap: str = "127.0.0.1:9092"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


@dataclass(frozen=True)
class Home:
    """Where each room keeps its state below one folder; ``archive`` is where the lake is, if elsewhere."""

    root: Path
    archive: str | None = field(default=None, repr=False)

    @property
    def broker(self) -> Path:
        """Data, configuration and log of the local Kafka."""
        return self.root / "broker"

    @property
    def door(self) -> Path:
        """Left-side store: vault, identity index, quarantine, keys. Back this up."""
        return self.root / "door"

    @property
    def streams(self) -> Path:
        """One state store per partition."""
        return self.root / "streams"

    @property
    def worker_secret(self) -> Path:
        """The secret of the workers' pages about patients, where no setting gives one."""
        return self.root / "worker.secret"

    @property
    def lake(self) -> Path:
        """The Parquet archive; of one in an object store, the copies that this host has of it."""
        if self.archive is None:
            return self.root / "lake"
        return Path(self.archive) if self.lake_address is None else self.root / "lake-copies"

    @property
    def lake_address(self) -> str | None:
        """The object store that is the archive; None where it is a folder."""
        return self.archive if self.archive and "://" in self.archive else None

    @property
    def marts(self) -> Path:
        """Released marts and the pointer to the current one."""
        return self.root / "marts"

    @property
    def logs(self) -> Path:
        """Logs of the services."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Sockets, pid files and generated configuration of running services."""
        return self.root / "run"

    @property
    def demo(self) -> Path:
        """What the simulated clinics wrote, and the truth behind it."""
        return self.root / "demo"


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Ports are TCP ports, retention is in days."""

    home: Home
    kafka: KafkaSettings = KafkaSettings()
    own_broker: bool = True
    partitions: int = 8
    retention_days: int = 30
    host: str = "127.0.0.1"
    http_port: int = 8400
    dashboard_port: int = 8501
    worker_port: int = 6066
    minimum_cell: int = 11
    development_identity: bool = False
    workers: int = 1
    worker_secret: str | None = field(default=None, repr=False)
    warehouse_memory_mb: int = 1500
    release_days: int = 7
    release_months: int = 24


def settings_from(variables: Mapping[str, str]) -> Settings:
    """Settings from ``MYOMAP_*`` variables; raises ``SettingsError`` naming the one that is wrong."""
    broker = variables.get("MYOMAP_BROKER")
    return Settings(
        home=Home(Path(variables.get("MYOMAP_HOME") or ".myomap").absolute(), _archive(variables)),
        kafka=_kafka_settings_from(variables),
        own_broker=not broker,
        partitions=_whole(variables, "MYOMAP_PARTITIONS", 8, 1, 1000),
        retention_days=_whole(variables, "MYOMAP_RETENTION_DAYS", 30, 1, 3650),
        host=variables.get("MYOMAP_HOST") or "127.0.0.1",
        http_port=_whole(variables, "MYOMAP_HTTP_PORT", 8400, 1, 65535),
        dashboard_port=_whole(variables, "MYOMAP_DASHBOARD_PORT", 8501, 1, 65535),
        worker_port=_whole(variables, "MYOMAP_WORKER_PORT", 6066, 1, 65535),
        minimum_cell=_whole(variables, "MYOMAP_MINIMUM_CELL", 11, 1, 1000),
        development_identity=variables.get("MYOMAP_DEVELOPMENT_IDENTITY", "0") == "1",
        workers=_whole(variables, "MYOMAP_WORKERS", 1, 1, MOST_WORKERS),
        worker_secret=_secret(variables, "MYOMAP_WORKER_SECRET"),
        warehouse_memory_mb=_whole(variables, "MYOMAP_WAREHOUSE_MEMORY_MB", 1500, 400, 1_000_000),
        release_days=_whole(variables, "MYOMAP_RELEASE_DAYS", 7, 0, 36500),
        release_months=_whole(variables, "MYOMAP_RELEASE_MONTHS", 24, 0, 1200),
    )


def _archive(variables: Mapping[str, str]) -> str | None:
    text = variables.get("MYOMAP_LAKE")
    if not text:
        return None
    scheme, slashes, rest = text.partition("://")
    if scheme == "file" and rest.startswith("/"):
        return rest
    if not slashes:
        return str(Path(text).absolute())
    if not (scheme.isascii() and scheme.isalnum() and "/" in rest.strip("/")):
        # What is between may hold a login and stays out of the sentence.
        raise SettingsError(
            "MYOMAP_LAKE cannot be used; it must be a folder, or the address of a place in an object store, "
            "such as s3://bucket/prefix."
        )
    return text


def _kafka_settings_from(variables: Mapping[str, str]) -> KafkaSettings:
    protocol = _one_of(variables, "MYOMAP_KAFKA_SECURITY_PROTOCOL", PROTOCOLS) or "PLAINTEXT"
    mechanism = _one_of(variables, "MYOMAP_KAFKA_SASL_MECHANISM", MECHANISMS)
    _refuse_half_a_login(variables, protocol, mechanism)
    return KafkaSettings(
        bootstrap=_addresses(variables, "MYOMAP_BROKER") or "127.0.0.1:9092",
        security_protocol=protocol,
        sasl_mechanism=mechanism,
        sasl_username=variables.get("MYOMAP_KAFKA_SASL_USERNAME") or None,
        sasl_password=variables.get("MYOMAP_KAFKA_SASL_PASSWORD") or None,
        ca_file=variables.get("MYOMAP_KAFKA_CA_FILE") or None,
        cert_file=variables.get("MYOMAP_KAFKA_CERT_FILE") or None,
        key_file=variables.get("MYOMAP_KAFKA_KEY_FILE") or None,
    )


def _refuse_half_a_login(variables: Mapping[str, str], protocol: str, mechanism: str | None) -> None:
    if not protocol.startswith("SASL_"):
        if mechanism:
            raise SettingsError(
                f"MYOMAP_KAFKA_SASL_MECHANISM is {mechanism!r}; it must be left away, or "
                "MYOMAP_KAFKA_SECURITY_PROTOCOL must be SASL_PLAINTEXT or SASL_SSL."
            )
        return
    needed = [f"MYOMAP_KAFKA_SASL_{name}" for name in ("MECHANISM", "USERNAME", "PASSWORD")]
    missing = [name for name in needed if not variables.get(name)]
    if missing:
        raise SettingsError(
            f"MYOMAP_KAFKA_SECURITY_PROTOCOL is {protocol!r}; it must come with {' and '.join(missing)}."
        )


def _one_of(variables: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    text = variables.get(name)
    if text and text not in allowed:
        raise SettingsError(f"{name} is {text!r}; it must be one of {', '.join(allowed)}.")
    return text or None


def _addresses(variables: Mapping[str, str], name: str) -> str | None:
    text = variables.get(name)
    if text and not all(_is_address(part) for part in text.split(",")):
        raise SettingsError(
            f"{name} is {text!r}; it must be HOST:PORT, or several of them with commas between."
        )
    return text or None


def _is_address(text: str) -> bool:
    host, _, port = text.strip().rpartition(":")
    good_host = bool(host) and not any(sign.isspace() or sign in "/@" for sign in host)
    return good_host and port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535


def _secret(variables: Mapping[str, str], name: str) -> str | None:
    text = variables.get(name)
    if text and (len(text) < SHORTEST_SECRET or not text.isascii() or not text.isprintable() or " " in text):
        # Its value stays out of the sentence.
        raise SettingsError(
            f"{name} cannot be used; it must be at least {SHORTEST_SECRET} letters, digits or signs of "
            "ASCII, without blanks."
        )
    return text or None


def _whole(variables: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = variables.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or not lowest <= int(text) <= highest:
        raise SettingsError(f"{name} is {text!r}; it must be a whole number from {lowest} to {highest}.")
    return int(text)


def kafka_python_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments that every kafka-python client of this installation takes."""
    options = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": kafka.security_protocol,
        "sasl_mechanism": kafka.sasl_mechanism,
        "sasl_plain_username": kafka.sasl_username,
        "sasl_plain_password": kafka.sasl_password,
        "ssl_cafile": kafka.ca_file,
        "ssl_certfile": kafka.cert_file,
        "ssl_keyfile": kafka.key_file,
    }
    return {name: value for name, value in options.items() if value is not None}
