"""The worker's settings in the words of Faust and of the Kafka clients below it."""

import hashlib
import socket
import ssl
from typing import Any, Final

from contracts.settings import KafkaSettings, Settings

GROUP: Final = "myomap-streams"
"""The consumer group of all stream workers of an installation."""


SESSION_SECONDS = 10.0
"""How long a worker may be silent, for example to be started again, before others get its partitions."""


def configuration(settings: Settings) -> dict[str, Any]:
    """Faust's settings: what it must not do, and times short enough for a quick take-over."""
    return {
        "broker": ";".join(f"kafka://{address}" for address in settings.kafka.bootstrap.split(",")),
        "store": "memory://",
        "datadir": str(settings.home.run / "faust"),
        "autodiscover": False,
        "topic_disable_leader": True,
        "topic_allow_declare": False,
        "web_host": settings.host,
        "web_bind": settings.host,
        "web_port": settings.worker_port,
        # A thread of its own, so that the pages answer while a long batch is folded.
        "web_in_thread": True,
        # Only our own pages: Faust's speak of tables and routes that there are none of.
        "web_router_enabled": False,
        "web_tables_enabled": False,
        "web_stats_enabled": False,
        "stream_buffer_maxsize": 4,
        "stream_wait_empty": False,
        "broker_max_poll_records": 20_000,
        # The more of a patient's events come in one fetch, the less each of them costs.
        "consumer_max_fetch_size": 4 * 1024 * 1024,
        "consumer_auto_offset_reset": "earliest",
        # A killed worker's partitions go to others after the session timeout, and stay where they are
        # when it comes back itself within it, under its static name.
        "consumer_group_instance_id": instance_id(settings),
        "broker_session_timeout": SESSION_SECONDS,
        "broker_heartbeat_interval": 2.0,
        "broker_rebalance_timeout": 60.0,
        "broker_request_timeout": 15.0,
    }


def instance_id(settings: Settings) -> str:
    """The static name of this worker in its group; each running worker has its own port, so its own name."""
    # The stores are in this home on this host, so its partitions should come back to it.
    place = f"{socket.gethostname()}:{settings.home.root}:{settings.worker_port}"
    return f"{GROUP}-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def tls_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    """The TLS settings of both Kafka clients, or None without TLS."""
    if kafka.security_protocol not in ("SSL", "SASL_SSL"):
        return None
    context = ssl.create_default_context(cafile=kafka.ca_file)
    if kafka.cert_file:
        context.load_cert_chain(kafka.cert_file, kafka.key_file)
    return context
