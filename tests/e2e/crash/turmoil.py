"""Hundreds of kills on several hosts at once, while everything else goes wrong too."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from crash import topics_read
from crash.disks import Disk
from crash.hosts import KILL, Fleet, Host
from crash.killer import kill_broker, slices
from crash.people import Sent

from infra.broker import LocalBroker

IDLE: Final = "kill -9 of a worker that had nothing to read"
LONGEST: Final = 5.0
"""Seconds of progress after which a worker is killed at the latest; the earliest is 0.1."""
PATIENCE: Final = 45.0
"""A worker that makes no progress for so long has nothing to read here, and is killed all the same."""
AWAY: Final = 14.0
"""Seconds for which some hosts stay away after a kill: long enough for the others to take over."""
FULL_SECONDS: Final = 120.0
"""Seconds for which a disk stays full at most; it has room again once the worker there said so."""
ROOM: Final = 64 * 1024
"""Bytes that a full disk still takes."""


@dataclass
class Victim:
    """One host, and what is going to happen to its worker."""

    host: Host
    dice: random.Random
    begun: float = 0.0
    since: int = 0
    due: float | None = None
    back: float = 0.0
    spared_until: float = 0.0

    def look(self, now: float) -> bool:
        """Do what is due; whether the worker was killed after it had made progress."""
        if now < self.spared_until:
            return False
        self.host.thaw()
        if not self.host.runs():
            self._come_back(now)
        elif self.due is None:
            if self.host.progress() > self.since:
                self.due = now + self.dice.uniform(0.1, LONGEST)
            elif now - self.begun > PATIENCE:
                self._kill(now, IDLE)
        elif now >= self.due:
            return self._kill(now, KILL)
        return False

    def freeze(self, seconds: float) -> None:
        """Stop the worker for so long."""
        self.host.freeze()
        self.spared_until = time.monotonic() + seconds

    def _come_back(self, now: float) -> None:
        self.host.ended()
        self.due = None
        if now >= self.back:
            self.since, self.begun = self.host.progress(), now
            self.host.start()

    def _kill(self, now: float, what: str) -> bool:
        self.due = None
        if not self.host.kill(what):
            return False
        if self.dice.random() < 0.1:
            self.back = now + AWAY
            self.host.journal.note("host stays away", self.host.name)
        return True


@dataclass
class Turmoil:
    """A run on several hosts: so many kills, and with each of them a part of the events comes in."""

    fleet: Fleet
    broker: LocalBroker
    disk: Disk
    kills: int
    freeze_seconds: float
    dice: random.Random
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def run(self, stream: Sequence[Sent]) -> None:
        """Until all kills are done and all events are sent."""
        parts = iter(slices(stream, self.kills + 1))
        bootstrap = self.fleet.hosts[0].bootstrap
        victims = [Victim(host, self.dice) for host in self.fleet.hosts]
        happens = self._plan(victims)
        done = 0
        topics_read.produce(bootstrap, next(parts))
        while done < self.kills:
            for victim in victims:
                if victim.look(time.monotonic()):
                    done += 1
                    topics_read.produce(bootstrap, next(parts, ()))
                    happens.pop(done, lambda: None)()
            self._do_what_is_due()
            time.sleep(0.05)
        for victim in victims:
            victim.host.thaw()
        self.disk.grow()
        for part in parts:
            topics_read.produce(bootstrap, part)

    def _plan(self, victims: Sequence[Victim]) -> dict[int, Callable[[], None]]:
        """What happens after which kill: the broker dies twice, a worker is stopped, a disk fills."""
        at = [int(self.kills * self.dice.uniform(low, low + 0.15)) for low in (0.1, 0.3, 0.5, 0.7)]
        return {
            at[0]: lambda: kill_broker(self.broker, self.fleet.journal, away=1.0),
            at[1]: lambda: self._stop_one(victims),
            at[2]: self._fill_the_disk,
            at[3]: lambda: kill_broker(self.broker, self.fleet.journal, away=10.0),
        }

    def _stop_one(self, victims: Sequence[Victim]) -> None:
        running = [each for each in victims if each.host.runs()]
        if running:
            self.dice.choice(running).freeze(self.freeze_seconds)
        else:
            self.later.append((time.monotonic() + 1.0, lambda: self._stop_one(victims)))

    def _fill_the_disk(self) -> None:
        host = self.fleet.hosts[-1]
        self.disk.leave(ROOM)
        self.fleet.journal.note("disk full", host.name)
        self._grow_once_said(host, len(host.words), time.monotonic() + FULL_SECONDS)

    def _grow_once_said(self, host: Host, words: int, deadline: float) -> None:
        now = time.monotonic()
        if now > deadline or any("disk" in each for each in host.words[words:]):
            self.disk.grow()
        else:
            self.later.append((now + 0.5, lambda: self._grow_once_said(host, words, deadline)))

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        for each in [each for each in self.later if each[0] <= now]:
            self.later.remove(each)
            each[1]()
