"""Whether stream workers own the stores: Kafka knows the members of their group, on every host."""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from kafka.errors import KafkaError

from contracts import topics
from contracts.settings import Settings
from infra.refusal import Refusal
from infra.topics import admin

PATIENCE_S: Final = 15.0
"""A worker that ended stays a member until its session times out, which takes 10 s."""


def refuse_running_workers(
    settings: Settings, verb: str, say: Callable[[str], None], patience_s: float = PATIENCE_S
) -> None:
    """Return once no worker is a member of the group; raise ``Refusal`` when some still are.

    This is asked of Kafka, so a worker of another host or another home counts too.
    """
    until = time.monotonic() + patience_s
    told = False
    while hosts := members(settings):
        if time.monotonic() > until:
            raise Refusal(
                f"{len(hosts)} stream workers own the stores ({', '.join(sorted(set(hosts)))}). Stop them "
                f"first (myomap down, or Ctrl-C where myomap stream runs), then run: {verb}"
            )
        if not told:
            say("Waiting for a worker to leave its group")
            told = True
        time.sleep(0.5)


def members(settings: Settings, patience_s: float = PATIENCE_S) -> list[str]:
    """The hosts of the workers that own partitions, one for each worker."""
    from streams.configuration import GROUP

    # What the members say to each other is Faust's, which the client warns that it cannot read.
    logging.getLogger("kafka.admin._groups").setLevel(logging.ERROR)
    until = time.monotonic() + patience_s
    with admin(settings.kafka) as client:
        while True:
            try:
                group: dict[str, Any] = client.describe_groups([GROUP]).get(GROUP, {})
                return [str(each["client_host"]).lstrip("/") for each in group.get("members", ())]
            except KafkaError as failure:
                # A broker that has just started first has to find out who coordinates groups.
                if time.monotonic() > until:
                    raise Refusal(
                        f"Kafka at {settings.kafka.bootstrap} does not tell who reads {topics.EVENTS} "
                        f"({type(failure).__name__}). Repeat the call when the broker has settled."
                    ) from failure
                time.sleep(0.2)
