"""What runs in an installation and which release is current, for ``myomap status``."""

from dataclasses import dataclass

from contracts.settings import Settings
from infra.broker import LocalBroker
from infra.checking import GateState, gate_state
from infra.marts_query import current_release
from infra.ports import is_open
from infra.refusal import Refusal
from infra.releasing import held_words
from infra.services import services
from infra.stack import note_of, stack_states


@dataclass(frozen=True)
class ServiceState:
    """One service: ``state`` is ready, starting, down, or the supervisor's word for what is wrong."""

    service: str
    state: str
    where: str


@dataclass(frozen=True)
class Condition:
    """The whole installation."""

    home: str
    services: tuple[ServiceState, ...]
    release: str | None
    held: str | None = None
    """Where an operator holds the pointer, in a sentence."""
    gate: GateState | None = None
    """What the last gate said; None before the first."""


def condition(settings: Settings) -> Condition:
    """Look at everything without changing anything."""
    states = stack_states(settings.home)
    rows = [_broker(settings)]
    for service in services(settings, _refresh_every_s(settings)):
        if service.name == "broker":
            continue
        supervised = states.get(service.name)
        if supervised is None:
            here = bool(service.ready_at) and service.is_ready()
            rows.append(
                ServiceState(service.name, "ready, not supervised" if here else "down", service.shown_as)
            )
        elif supervised == "RUNNING":
            rows.append(
                ServiceState(service.name, "ready" if service.is_ready() else "starting", service.shown_as)
            )
        else:
            rows.append(ServiceState(service.name, supervised.lower(), str(service.log)))
    gate = gate_state(settings.home)
    return Condition(str(settings.home.root), tuple(rows), _release(settings), _held(settings), gate)


def _refresh_every_s(settings: Settings) -> int:
    note = note_of(settings.home)
    known = note.facts() if note.process() is not None else None
    return int((known or {}).get("refresh_every_s", 0))


def _broker(settings: Settings) -> ServiceState:
    if settings.own_broker:
        status = LocalBroker(settings.home).status()
        return ServiceState("broker", "ready" if status.running else "down", status.bootstrap or status.log)
    host, _, port = settings.kafka.bootstrap.split(",")[0].rpartition(":")
    answers = is_open(host, int(port))
    return ServiceState("broker", "ready" if answers else "does not answer", settings.kafka.bootstrap)


def _held(settings: Settings) -> str | None:
    from warehouse.release import held

    hold = held(settings.home.marts)
    return None if hold is None else held_words(hold.release, hold.at)


def _release(settings: Settings) -> str | None:
    try:
        return current_release(settings.home).stem
    except Refusal:
        return None
