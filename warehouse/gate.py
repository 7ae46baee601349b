"""The gate's memory: what each check said at earlier gates, and the last gate, published or refused."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from warehouse.durable import Disk, put
from warehouse.quality import Checked

LAST: Final = "last_gate.json"
HISTORY: Final = "quality_history.jsonl"
KEPT: Final = 400
"""Gates that the history holds: more than a day of refreshes every five minutes, or a year of daily ones."""
STEADY: Final = 4
"""So many gates in a row must a metric have risen to be drifting."""
NEAR: Final = 0.6
"""Share of what is allowed from which on a rising metric is told as drifting."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One gate: which candidate, when (ISO instants), what was found, and the sentence of a refusal."""

    release: str
    as_of: str
    at: str
    refused: str | None
    checks: tuple[dict[str, Any], ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A gate in the history: failing checks by the release since which they fail, metrics that are not 0."""

    release: str
    at: str
    published: bool
    failing: dict[str, str]
    metrics: dict[str, float]


@dataclass(frozen=True)
class History:
    """Earlier gates, oldest first."""

    lines: tuple[Line, ...]

    @property
    def failing(self) -> dict[str, str]:
        """Checks that failed at the last gate, with the release since which they do."""
        return dict(self.lines[-1].failing) if self.lines else {}

    def metrics(self, check_id: str) -> list[float]:
        """What the check measured, oldest first; 0 where it was not worth a note."""
        return [line.metrics.get(check_id, 0.0) for line in self.lines]


def read_history(marts: Path) -> History:
    """The history of this home; what cannot be read of it is passed over, since it decides no release."""
    try:
        text = (marts / HISTORY).read_bytes()
    except OSError:
        return History(())
    lines = []
    for line in text.splitlines():
        try:
            lines.append(msgspec.json.decode(line, type=Line))
        except msgspec.DecodeError:
            continue
    return History(tuple(lines))


def last_gate(marts: Path) -> Gate | None:
    """The last gate of this home; None before the first, or where it cannot be read."""
    try:
        return msgspec.json.decode((marts / LAST).read_bytes(), type=Gate)
    except (OSError, msgspec.DecodeError):
        return None


def passed_last(marts: Path) -> bool:
    """Whether the last gate let its candidate through: then its rows need not be checked again."""
    last = last_gate(marts)
    return last is not None and last.refused is None


def judge(marts: Path, release: str, checks: Sequence[Checked]) -> tuple[Checked, ...]:
    """The checks with their status against earlier gates, and the release since which it is so."""
    history = read_history(marts)
    return tuple(_judged(each, release, history) for each in checks)


def told_of(checks: Sequence[Checked]) -> str:
    """In one line how many checks passed, and how many of the others warn or refuse."""
    passed, refuse = sum(each.passed for each in checks), sum(each.refuses for each in checks)
    warn = len(checks) - passed - refuse
    more = [f"{warn} warn"] if warn else []
    more += [f"{refuse} refuse"] if refuse else []
    return ", ".join([f"{passed} of {len(checks)} checks passed", *more])


def _judged(check: Checked, release: str, history: History) -> Checked:
    since = history.failing.get(check.check_id)
    if not check.passed:
        status = "new" if since is None else "persisting"
        return replace(check, status=status, since_release=since or release)
    if since is not None:
        return replace(check, status="resolved", since_release=release)
    if _drifts(check, history):
        begun = history.lines[-STEADY].release
        return replace(check, status="drifting", since_release=begun)
    return replace(check, status="passed", since_release="")


def _drifts(check: Checked, history: History) -> bool:
    if check.allowed <= 0 or check.metric < NEAR * check.allowed:
        return False
    row = [*history.metrics(check.check_id)[-STEADY:], check.metric]
    return len(row) > STEADY and all(one < other for one, other in itertools.pairwise(row))


def keep_gate(
    marts: Path,
    release: str,
    as_of: datetime,
    at: datetime,
    checks: Sequence[Checked],
    refused: str | None,
    disk: Disk | None = None,
) -> None:
    """Keep what came of a gate, whether its candidate was published or ``refused``; each file as a whole.

    Without checks, because the build ended before them, the history stays as it is.
    """
    disk = disk or Disk()
    plain = tuple(msgspec.to_builtins(each) for each in checks)
    gate = Gate(release=release, as_of=as_of.isoformat(), at=at.isoformat(), refused=refused, checks=plain)
    put(disk, marts / LAST, msgspec.json.encode(gate))
    if not checks:
        return
    line = Line(
        release=release,
        at=at.isoformat(),
        published=refused is None,
        failing={each.check_id: each.since_release for each in checks if not each.passed},
        metrics={each.check_id: round(each.metric, 4) for each in checks if each.metric},
    )
    lines = (*read_history(marts).lines, line)[-KEPT:]
    put(disk, marts / HISTORY, b"".join(msgspec.json.encode(each) + b"\n" for each in lines))
