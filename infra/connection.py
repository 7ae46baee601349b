"""Settings whose broker answers: the user's own, the one that runs, or one started for the while."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from contracts.settings import Settings
from infra.broker import LocalBroker
from infra.home import make_home


@contextlib.contextmanager
def connected(settings: Settings, say: Callable[[str], None] | None = None) -> Iterator[Settings]:
    """Settings that point at a broker with all topics; one started for this is stopped afterwards."""
    from contracts.registry import load
    from infra.topics import ensure_topics

    with broker_for(settings, say) as reachable:
        ensure_topics(reachable, load())
        yield reachable


@contextlib.contextmanager
def broker_for(settings: Settings, say: Callable[[str], None] | None = None) -> Iterator[Settings]:
    """The same, without making topics."""
    make_home(settings.home)
    if not settings.own_broker:
        yield settings
        return
    broker = LocalBroker(settings.home, say=say)
    try:
        yield at(settings, str(broker.start().bootstrap))
    finally:
        if broker.started_here:
            broker.stop()


def at(settings: Settings, bootstrap: str) -> Settings:
    """The settings with the broker's address in them."""
    return dataclasses.replace(settings, kafka=dataclasses.replace(settings.kafka, bootstrap=bootstrap))


def environment_of(settings: Settings) -> dict[str, str]:
    """The ``MYOMAP_*`` variables with which another process gets the same settings."""
    kafka = settings.kafka
    variables = {
        "MYOMAP_HOME": str(settings.home.root),
        "MYOMAP_LAKE": settings.home.archive,
        "MYOMAP_BROKER": kafka.bootstrap,
        "MYOMAP_PARTITIONS": str(settings.partitions),
        "MYOMAP_RETENTION_DAYS": str(settings.retention_days),
        "MYOMAP_KAFKA_SECURITY_PROTOCOL": kafka.security_protocol,
        "MYOMAP_KAFKA_SASL_MECHANISM": kafka.sasl_mechanism,
        "MYOMAP_KAFKA_SASL_USERNAME": kafka.sasl_username,
        "MYOMAP_KAFKA_SASL_PASSWORD": kafka.sasl_password,
        "MYOMAP_KAFKA_CA_FILE": kafka.ca_file,
        "MYOMAP_KAFKA_CERT_FILE": kafka.cert_file,
        "MYOMAP_KAFKA_KEY_FILE": kafka.key_file,
        "MYOMAP_HOST": settings.host,
        "MYOMAP_HTTP_PORT": str(settings.http_port),
        "MYOMAP_DASHBOARD_PORT": str(settings.dashboard_port),
        "MYOMAP_WORKER_PORT": str(settings.worker_port),
        "MYOMAP_WAREHOUSE_MEMORY_MB": str(settings.warehouse_memory_mb),
        "MYOMAP_RELEASE_DAYS": str(settings.release_days),
        "MYOMAP_RELEASE_MONTHS": str(settings.release_months),
        "MYOMAP_MINIMUM_CELL": str(settings.minimum_cell),
        "MYOMAP_DEVELOPMENT_IDENTITY": "1" if settings.development_identity else "0",
        "MYOMAP_WORKERS": str(settings.workers),
        "MYOMAP_WORKER_SECRET": settings.worker_secret,
    }
    return {name: value for name, value in variables.items() if value is not None}
