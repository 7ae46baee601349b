"""One refresh: land, load, build the marts, hold them against the stream, check them, release them."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb

from contracts.settings import Home, Settings
from warehouse.chosen import Share
from warehouse.digest import digest_of
from warehouse.durable import writing
from warehouse.exclusive import PATIENCE_S, one_refresh_at_a_time
from warehouse.invariants import check_invariants
from warehouse.kafka_log import KafkaLog
from warehouse.lake import Lake
from warehouse.land import Landed, Log, land
from warehouse.load import as_of, load
from warehouse.ops_tables import BuiltFacts, facts_of, keep_results
from warehouse.parity import Compared, compare, refuse_differences
from warehouse.quality import refuse_unless_passed, start_quality
from warehouse.refused import ReleaseRefused
from warehouse.release import Note, current, next_number, note_of, publish
from warehouse.transform_run import PROJECT, Transformed, start_transform

OnStep = Callable[[str, str], None]
OpenLog = Callable[[Settings], Log]
EVERYBODY_AFTER: Final = timedelta(hours=20)
"""So long after everybody was replayed, it is done again."""
BEFORE_ANYTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did. ``reused``: nothing was new, so the current release stays as it is.

    as_of: ISO instant of the latest landed event. events, patients: what the release covers.
    compared, skipped: of parity. checks: quality checks that passed. seconds: of the whole refresh.
    all_replayed_at: ISO instant of the latest release for which everybody was replayed, not only a share.
    """

    release: str
    as_of: str
    events: int
    patients: int
    landed: int
    reused: bool
    models: int
    tests: int
    compared: int
    skipped: int
    checks: int
    seconds: float
    all_replayed_at: str = ""


def open_kafka(settings: Settings) -> Log:
    """The log of this installation."""
    return KafkaLog(settings.kafka)


def refresh(
    settings: Settings,
    on_step: OnStep | None = None,
    project: Path = PROJECT,
    open_log: OpenLog = open_kafka,
    patience_s: float = PATIENCE_S,
) -> Refreshed:
    """Land what Kafka holds and make a checked release of it; raises ``WarehouseRefused``.

    A release that does not pass is not made: the current one stays. One refresh of a home at a time: it
    waits for another one, at most ``patience_s`` seconds, and then does its own.
    """
    say = on_step or _silent

    def waiting() -> None:
        say("refresh", "waiting for another refresh to end")

    with one_refresh_at_a_time(settings.home.marts / "refresh.lock", patience_s, waiting):
        return _Refresh(settings, say, project, open_log).run()


def _silent(_step: str, _state: str) -> None:
    return None


class _Refresh:
    """One refresh under way."""

    def __init__(self, settings: Settings, say: OnStep, project: Path, open_log: OpenLog) -> None:
        self.settings, self.say, self.project, self.open_log = settings, say, project, open_log
        self.home: Home = settings.home
        self.work = self.home.marts / "building"
        self.working = self.work / "working.duckdb"
        self.began = time.monotonic()
        self.now = datetime.now(UTC)

    def run(self) -> Refreshed:
        landed = self._land()
        digest = digest_of(self.project)
        standing = self._standing()
        reused = self._reused(standing, landed, digest)
        if reused is not None:
            self.say("release", f"nothing is new: release {reused.release} stays the current one")
            return reused
        number = next_number(self.home.marts)
        share = share_of(standing, digest, number, self.now)
        lake = Lake(self.home.lake, landed.manifest)
        try:
            facts = self._load(lake)
            transformed, parity, checks = self._build(lake, str(number), facts, share)
            refuse_differences(parity)
            refuse_unless_passed(checks)
            replayed_at = self.now.isoformat() if share is None else all_replayed_at(standing)
            return self._release(str(number), landed, digest, facts, transformed, parity, checks, replayed_at)
        except duckdb.Error as problem:
            raise ReleaseRefused(
                f"The marts could not be built in {self.work} ({problem}). The current release stays. Make "
                "sure that there is room on the disk, then run: myomap refresh"
            ) from problem

    def _land(self) -> Landed:
        log = self.open_log(self.settings)
        try:
            landed = land(self.home.lake, log, datetime.now(UTC))
        finally:
            close = getattr(log, "close", None)
            if close is not None:
                close()
        told = ", ".join(f"{count:,} {name}" for name, count in landed.fresh.items() if count)
        self.say("land", told or "nothing new")
        return landed

    def _standing(self) -> Note | None:
        """The note of the current release."""
        standing = current(self.home.marts)
        return None if standing is None else note_of(standing)

    def _reused(self, note: Note | None, landed: Landed, digest: str) -> Refreshed | None:
        if note is None or note.digest != digest or note.offsets != landed.manifest.offsets():
            return None
        if note.erased != len(landed.manifest.erased):
            return None
        return Refreshed(**{**note.facts, "landed": 0, "reused": True, "seconds": self._seconds()})

    def _load(self, lake: Lake) -> BuiltFacts:
        with writing(self.work):
            self.work.mkdir(parents=True, exist_ok=True)
            for left in self.work.glob("working.duckdb*"):
                left.unlink()
        with duckdb.connect(str(self.working)) as connection:
            load(connection, lake)
            facts = facts_of(connection, as_of(connection) or BEFORE_ANYTHING, lake)
            connection.execute("CHECKPOINT")
        self.say("load", f"{facts.events:,} events of {facts.patients:,} patients")
        return facts

    def _build(
        self, lake: Lake, number: str, facts: BuiltFacts, share: Share | None
    ) -> tuple[Transformed, tuple[Compared, ...], tuple[Any, ...]]:
        """Build the marts while the lake is replayed and the checks get ready beside it."""
        variables = {"release": number, "as_of": facts.as_of.isoformat()}
        with ExitStack() as stack:
            transform = start_transform(self.project, self.working, self.work, variables)
            stack.callback(transform.stop)
            quality = start_quality(self.working, self.work)
            stack.callback(quality.stop)
            replaying = stack.enter_context(ThreadPoolExecutor(1)).submit(_replayed, lake, share)
            whom = "everybody" if share is None else "whom the release touches, and a share in turn"
            transformed = transform.wait()
            self.say("transform", f"{transformed.models} models, {transformed.tests} tests")
            checks = quality.check()
            self.say("quality", f"{sum(each.passed for each in checks)} of {len(checks)} checks passed")
            return transformed, self._replay_result(replaying, whom), checks

    def _replay_result(self, replaying: "Future[tuple[Compared, ...]]", whom: str) -> tuple[Compared, ...]:
        parity = replaying.result()
        states = parity[0]
        self.say(
            "parity",
            f"{states.compared:,} states compared, {states.different} differ, {states.skipped} newer"
            f" ({whom})",
        )
        return parity

    def _release(
        self,
        number: str,
        landed: Landed,
        digest: str,
        facts: BuiltFacts,
        transformed: Transformed,
        parity: tuple[Compared, ...],
        checks: tuple[Any, ...],
        replayed_at: str,
    ) -> Refreshed:
        keep_results(self.working, number, facts, parity, checks)
        report = Refreshed(
            release=number,
            as_of=facts.as_of.isoformat(),
            events=facts.events,
            patients=facts.patients,
            landed=sum(landed.fresh.values()),
            reused=False,
            models=transformed.models,
            tests=transformed.tests,
            compared=parity[0].compared,
            skipped=parity[0].skipped,
            checks=len(checks),
            seconds=self._seconds(),
            all_replayed_at=replayed_at,
        )
        offsets = landed.manifest.offsets()
        note = Note(number, digest, offsets, len(landed.manifest.erased), _plain(report))
        publish(self.working, self.home.marts, note)
        self.working.unlink()
        self.say("release", f"release {number} is the current one")
        return report

    def _seconds(self) -> float:
        return round(time.monotonic() - self.began, 1)


def share_of(standing: Note | None, digest: str, number: int, now: datetime) -> Share | None:
    """Whom to replay for the release ``number``; None: everybody, on other code and once a day."""
    if standing is None or standing.digest != digest or not all_replayed_at(standing):
        return None
    if now - datetime.fromisoformat(all_replayed_at(standing)) > EVERYBODY_AFTER:
        return None
    return Share(standing.offsets, number)


def all_replayed_at(standing: Note | None) -> str:
    """When everybody was replayed last, as the current release knows; empty where it does not."""
    return "" if standing is None else str(standing.facts.get("all_replayed_at", ""))


def _replayed(lake: Lake, share: Share | None) -> tuple[Compared, ...]:
    return (*compare(lake, share), *check_invariants(lake))


def _plain(report: Refreshed) -> dict[str, Any]:
    return dict(vars(report))
