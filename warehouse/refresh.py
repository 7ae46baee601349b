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
from warehouse.building import Built, Filled, Order, Place, fill, make_marts
from warehouse.chosen import Share
from warehouse.digest import digest_of
from warehouse.exclusive import PATIENCE_S, one_refresh_at_a_time
from warehouse.gate import judge, keep_gate, passed_last, told_of
from warehouse.invariants import check_invariants
from warehouse.kafka_log import KafkaLog
from warehouse.keeping import Keeping, tidy
from warehouse.lake import Lake, storage_of
from warehouse.land import Landed, Log, land
from warehouse.load import BEFORE_ANYTHING
from warehouse.ops_tables import BuiltFacts, keep_results
from warehouse.parity import Compared, compare, refuse_differences
from warehouse.quality import Checked, refuse_unless_passed, start_quality
from warehouse.recomputed import recomputed
from warehouse.refused import ReleaseRefused
from warehouse.release import Note, Report, current, held, newest, next_number, note_of, publish
from warehouse.stamp import read_stamp
from warehouse.transform_run import PROJECT, start_transform

OnStep = Callable[[str, str], None]
OpenLog = Callable[[Settings], Log]
EVERYBODY_AFTER: Final = timedelta(hours=20)
"""So long after everybody was replayed, it is done again."""


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
    report: Report | None = None,
) -> Refreshed:
    """Land what Kafka holds and make a checked release of it; raises ``WarehouseRefused``.

    ``report`` makes the aggregate artefact that is kept beside the release.

    A release that does not pass is not made: the current one stays. One refresh of a home at a time: it
    waits for another one, at most ``patience_s`` seconds, and then does its own.
    """
    say = on_step or _silent

    def waiting() -> None:
        say("refresh", "waiting for another refresh to end")

    with one_refresh_at_a_time(settings.home.marts / "refresh.lock", patience_s, waiting):
        return _Refresh(settings, say, project, open_log, report).run()


def _silent(_step: str, _state: str) -> None:
    return None


@dataclass(frozen=True)
class Memory:
    """How the memory of a refresh is shared, in MB: dbt's models, and the checks that begin after them."""

    transform: int
    quality: int

    @classmethod
    def of(cls, megabytes: int) -> "Memory":
        """The shares of so much; what is left is the replay's."""
        return cls(megabytes * 6 // 10, megabytes * 2 // 10)


class _Refresh:
    """One refresh under way."""

    def __init__(
        self, settings: Settings, say: OnStep, project: Path, open_log: OpenLog, report: Report | None = None
    ) -> None:
        self.settings, self.say, self.project, self.open_log = settings, say, project, open_log
        self.report, self.keeping = report, Keeping(settings.release_days, settings.release_months)
        self.home: Home = settings.home
        self.place = Place(self.home.marts / "building")
        self.memory = Memory.of(settings.warehouse_memory_mb)
        self.storage = storage_of(self.home)
        self.began = time.monotonic()
        self.now = datetime.now(UTC)
        self.as_of = BEFORE_ANYTHING
        self.checks: tuple[Checked, ...] = ()

    def run(self) -> Refreshed:
        landed = self._land()
        digest = digest_of(self.project)
        standing = self._standing()
        reused = self._reused(standing, landed, digest)
        if reused is not None:
            self._tidy()
            self.say("release", f"nothing is new: release {reused.release} {self._stands()}")
            return reused
        number = next_number(self.home.marts)
        share = share_of(standing, digest, number, self.now)
        lake = Lake(self.home.lake, landed.manifest, self.storage)
        order = Order(
            lake,
            digest,
            release=str(number),
            full=share is None,
            test_all=not self._is_checked(standing),
            memory_mb=self.memory.transform,
        )
        try:
            built, parity = self._build(order, share)
            refuse_differences(parity)
            refuse_unless_passed(self.checks)
            replayed_at = self.now.isoformat() if share is None else all_replayed_at(standing)
            return self._release(order, landed, built, parity, replayed_at)
        except ReleaseRefused as refused:
            self._keep_gate(number, str(refused))
            raise
        except duckdb.Error as problem:
            raise ReleaseRefused(
                f"The marts could not be built in {self.place.work} ({problem}). The current release stays. "
                "Make sure that there is room on the disk, then run: myomap refresh"
            ) from problem

    def _is_checked(self, standing: Note | None) -> bool:
        """Whether all rows of the build before are in the newest release, and so passed its gate."""
        stamp = read_stamp(self.place.work)
        if stamp is None or standing is None or stamp.offsets != standing.offsets:
            return False
        return passed_last(self.home.marts)

    def _land(self) -> Landed:
        log = self.open_log(self.settings)
        try:
            landed = land(self.storage, log, datetime.now(UTC))
        finally:
            close = getattr(log, "close", None)
            if close is not None:
                close()
        told = ", ".join(f"{count:,} {name}" for name, count in landed.fresh.items() if count)
        self.say("land", told or "nothing new")
        return landed

    def _standing(self) -> Note | None:
        """The note of the current release; where the pointer is held, of the newest."""
        marts = self.home.marts
        standing = current(marts) if held(marts) is None else newest(marts)
        return None if standing is None else note_of(standing)

    def _reused(self, note: Note | None, landed: Landed, digest: str) -> Refreshed | None:
        if note is None or note.digest != digest or note.offsets != landed.manifest.offsets():
            return None
        if note.erased != len(landed.manifest.erased):
            return None
        return Refreshed(**{**note.facts, "landed": 0, "reused": True, "seconds": self._seconds()})

    def _build(self, order: Order, share: Share | None) -> tuple[Built, tuple[Compared, ...]]:
        """Build the marts while the lake is replayed and the checks get ready beside it."""
        place = self.place
        with ExitStack() as stack:
            transform = start_transform(
                self.project, place.working, place.candidate, place.work, order.memory_mb
            )
            stack.callback(transform.stop)
            filled = fill(place, order)
            self.as_of = filled.loaded.as_of
            self.say("load", told_of_load(filled))
            quality = start_quality([place.candidate, place.working], place.work, self.memory.quality)
            stack.callback(quality.stop)
            replaying = stack.enter_context(ThreadPoolExecutor(1)).submit(_replayed, order.lake, share)
            whom = "everybody" if share is None else "whom the release touches, and some in turn"
            built = make_marts(place, order, filled, transform)
            self.say("transform", built.transformed.told())
            only_touched = not (built.full or order.test_all)
            self.checks = judge(self.home.marts, order.release, quality.check(only_touched))
            self.say("quality", told_of(self.checks))
            return built, (*self._replay_result(replaying, whom), *self._recomputed())

    def _keep_gate(self, number: int | str, refused: str | None) -> None:
        keep_gate(self.home.marts, str(number), self.as_of, self.now, self.checks, refused)

    def _replay_result(self, replaying: "Future[tuple[Compared, ...]]", whom: str) -> tuple[Compared, ...]:
        parity = replaying.result()
        states = parity[0]
        self.say(
            "parity",
            f"{states.compared:,} states compared, {states.different} differ, {states.skipped} newer"
            f" ({whom})",
        )
        return parity

    def _recomputed(self) -> tuple[Compared, ...]:
        found = recomputed(self.place.working)
        if found:
            told = sum(each.compared for each in found), sum(each.different for each in found)
            self.say("recomputed", f"{told[0]:,} values compared in SQL, {told[1]} differ")
        return found

    def _release(
        self,
        order: Order,
        landed: Landed,
        built: Built,
        parity: tuple[Compared, ...],
        replayed_at: str,
    ) -> Refreshed:
        number, offsets = order.release, landed.manifest.offsets()
        facts = BuiltFacts(built.loaded.as_of, built.loaded.events, built.loaded.patients, offsets)
        keep_results(self.place.candidate, number, facts, parity, self.checks)
        report = Refreshed(
            release=number,
            as_of=facts.as_of.isoformat(),
            events=facts.events,
            patients=facts.patients,
            landed=sum(landed.fresh.values()),
            reused=False,
            models=built.transformed.models,
            tests=built.transformed.tests,
            compared=parity[0].compared,
            skipped=parity[0].skipped,
            checks=sum(each.passed for each in self.checks),
            seconds=self._seconds(),
            all_replayed_at=replayed_at,
        )
        erased = len(landed.manifest.erased)
        note = Note(number, order.digest, offsets, erased, _plain(report), self.now.isoformat())
        self._tidy()
        publish(self.place.candidate, self.home.marts, note, report=self.report)
        self._tidy()
        self._keep_gate(number, None)
        self.say("release", f"release {number} {self._stands()}")
        return report

    def _stands(self) -> str:
        """What became of the newest release."""
        hold = held(self.home.marts)
        if hold is None:
            return "is the current one"
        return (
            f"is there but not in force: the pointer is held at release {hold.release} since {hold.at[:16]}. "
            "To let it go on: myomap release resume"
        )

    def _tidy(self) -> None:
        """Let go what the policy does not keep and nobody reads."""
        tidy(self.home.marts, self.keeping, self.now)

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


def told_of_load(filled: Filled) -> str:
    """One line of what was loaded."""
    loaded = filled.loaded
    whom = "everybody" if loaded.touched is None else f"{loaded.touched:,} people touched"
    return f"{loaded.events:,} events of {loaded.patients:,} patients, {whom}, in {filled.load_s:.1f} s"


def _replayed(lake: Lake, share: Share | None) -> tuple[Compared, ...]:
    return (*compare(lake, share), *check_invariants(lake))


def _plain(report: Refreshed) -> dict[str, Any]:
    return dict(vars(report))
