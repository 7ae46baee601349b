"""Which core the client under test has, and which one is left to the broker and to whoever watches."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Cores:
    """Numbers of two cores; None where this system does not let one choose, or has only one."""

    client: int | None
    broker: int | None

    @property
    def apart(self) -> bool:
        """Whether client and broker each have a core to themselves."""
        return self.client is not None

    def __str__(self) -> str:
        if self.apart:
            return f"client on core {self.client}, broker on core {self.broker}"
        return "client and broker on no core of their own: the figures say less"


def two_cores() -> Cores:
    """The last two cores that this process may use."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[-1], allowed[-2]) if len(allowed) > 1 else Cores(None, None)


@contextlib.contextmanager
def on(core: int | None) -> Iterator[None]:
    """What runs and what is started in between has this one core."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
