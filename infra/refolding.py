"""Carries a change of rules through the stores and tells who changed stage, for ``myomap stream refold``."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts import topics
from contracts.settings import Home, Settings
from infra.connection import connected
from infra.ownership import refuse_running_workers
from infra.progress import Advance, Steps
from infra.refusal import Refusal
from infra.report import plain

if TYPE_CHECKING:
    from streams.progression.course import PolicyOf
    from streams.readiness import EventsTopic
    from streams.refolding import Moved, Refolded
    from streams.sole_publisher import SolePublisher

VERB: Final = "myomap stream refold"


@dataclass(frozen=True)
class Move:
    """So many tracks went from one stage to another; None: there is none."""

    from_stage: str | None
    to_stage: str | None
    tracks: int


@dataclass(frozen=True)
class RefoldReport:
    """What today's rules change, or changed: whose stage, and how many facts go out.

    ``partitions`` are those whose stores were of other rules; ``kept_in`` is the file with this report.
    """

    dry_run: bool
    rules_version: str
    partitions: tuple[int, ...]
    patients: int
    tracks: int
    published: int
    withdrawn: int
    moves: tuple[Move, ...]
    moved: "tuple[Moved, ...]"
    kept_in: str | None = None


@dataclass
class _Tally:
    """The report while the stores are gone through."""

    partitions: list[int] = field(default_factory=list)
    patients: int = 0
    tracks: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    moved: "list[Moved]" = field(default_factory=list)

    def take(self, found: "Refolded") -> None:
        self.patients += 1
        self.tracks += found.tracks
        self.changes.update(each.change for each in found.changes)
        self.moved += found.moved

    def report(self, dry_run: bool, rules_version: str, kept_in: str | None = None) -> RefoldReport:
        counted = Counter((each.from_stage, each.to_stage) for each in self.moved)
        moves = (Move(*pair, count) for pair, count in counted.items())
        return RefoldReport(
            dry_run,
            rules_version,
            tuple(self.partitions),
            self.patients,
            self.tracks,
            self.changes["published"],
            self.changes["withdrawn"],
            tuple(sorted(moves, key=lambda each: (each.from_stage or "", each.to_stage or ""))),
            tuple(self.moved),
            kept_in,
        )


def refold_stores(
    settings: Settings,
    dry_run: bool,
    steps: Steps,
    policy_of: "PolicyOf | None" = None,
    rules: str | None = None,
) -> RefoldReport:
    """Derive the states of all stores of this home anew under today's rules; raises a sentence.

    A store that is of these rules already is passed over, so a refold that was interrupted goes on.
    ``policy_of`` and ``rules`` stand in for the released rules.
    """
    from streams.progression.policy import rules_version
    from streams.readiness import events_topic
    from streams.sole_publisher import sole_publisher

    refolding = _Refolding(rules or rules_version(), policy_of, steps)
    if dry_run:
        refolding.look_through(_there(settings.home))
        return refolding.tally.report(True, refolding.rules)
    with connected(settings) as reachable:
        refuse_running_workers(reachable, VERB, steps.note)
        topic = events_topic(reachable.kafka)
        with sole_publisher(reachable.kafka, range(topic.partitions)) as publisher:
            with steps.step("Bringing the stores to where they are published"):
                bring_up_all(reachable, topic)
            return refolding.rewrite(_there(settings.home), settings.home.root / "refolds", publisher)


def bring_up_all(settings: Settings, topic: "EventsTopic") -> None:
    """Have every partition's latest state in this home, under whichever rules, wherever it was folded."""
    from streams.compacted import KafkaPublished
    from streams.configuration import tls_context
    from streams.opening import Log
    from streams.restoring import Restoration
    from streams.taking_over import bring_up

    with KafkaPublished(settings.kafka, tls_context(settings.kafka)) as published:
        for number in range(topic.partitions):
            log = Log(topics.EVENTS, topic.topic_id, number)
            bring_up(settings.home.streams, log, published, None, Restoration(number))


def _there(home: Home) -> list[Path]:
    from streams.lookup import stores

    paths = list(stores(home))
    if not paths:
        raise Refusal(f"There is no state store in {home.streams}: nothing was folded there yet.")
    return paths


@dataclass
class _Refolding:
    """One refold under way."""

    rules: str
    policy_of: "PolicyOf | None"
    steps: Steps
    tally: _Tally = field(default_factory=_Tally)

    def look_through(self, paths: Sequence[Path]) -> None:
        from streams.rewriting import look_through

        for path in paths:
            with self._store(path) as take:
                if take is not None:
                    look_through(path, take, self.policy_of)

    def rewrite(self, paths: Sequence[Path], folder: Path, publisher: "SolePublisher") -> RefoldReport:
        """Rewrite and publish store by store; the report is kept after each, for it may be interrupted."""
        from streams.rewriting import meta_of, rewrite

        kept = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
        for path in paths:
            with self._store(path) as take:
                if take is not None:
                    rewrite(path, self.rules, take, self.policy_of)
            if take is not None:
                _keep(self.tally.report(False, self.rules, str(kept)), kept)
            publisher.publish(path.parent, meta_of(path).log, self.rules)
        return self.tally.report(False, self.rules, str(kept) if self.tally.partitions else None)

    @contextlib.contextmanager
    def _store(self, path: Path) -> "Iterator[_Counting | None]":
        """What takes this store's patients; None when it is of these rules already."""
        from streams.rewriting import meta_of

        known = meta_of(path)
        if known.rules_version == self.rules:
            yield None
            return
        with self.steps.step(f"Refolding partition {known.log.partition}") as advance:
            yield _Counting(self.tally, advance, known.patients)
        self.tally.partitions.append(known.log.partition)


@dataclass
class _Counting:
    """Takes a store's patients and shows how many are done."""

    tally: _Tally
    advance: Advance
    total: int
    done: int = 0

    def __call__(self, found: "Refolded") -> None:
        self.tally.take(found)
        self.done += 1
        self.advance(self.done, self.total)


def _keep(report: RefoldReport, path: Path) -> None:
    """Write the report where only its owner may read it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(plain(report), indent=2), encoding="utf-8")


def sentence_of(report: RefoldReport) -> str:
    """What was done, or would be."""
    if not report.partitions:
        return f"Every store is of the rules {report.rules_version} already: nothing to refold."
    what = (
        f"{len(report.moved):,} of {report.tracks:,} tracks of {report.patients:,} patients"
        f" {'would change' if report.dry_run else 'changed'} stage; {report.published:,} facts "
        f"{'would be' if report.dry_run else 'were'} published and {report.withdrawn:,} withdrawn"
    )
    if report.dry_run:
        return f"{what}. Nothing was written. To do it: {VERB}"
    return f"{what}. Whose is in {report.kept_in}."
