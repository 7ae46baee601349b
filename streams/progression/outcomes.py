"""An episode's outcome measurements, one line per measure's identity: baseline, latest, best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.events import OutcomeMeasured
from contracts.measures.registry import find
from streams.progression.attribution import Gathered
from streams.progression.moments import EARLIEST, end_of_day, shifted, start_of_day
from streams.progression.sessions import Session

BEFORE_TIME_ZERO: Final = timedelta(days=30)


@dataclass(frozen=True)
class Outcome:
    """The course of one measure; ``change`` is latest minus baseline in the measure's unit.

    ``best`` follows the registry's direction and is None for a measure that it does not know.
    """

    measure: str
    muscle_group: str | None
    side: str | None
    method: str
    device_class: str
    unit: str
    n: int
    baseline: float | None
    baseline_at: datetime | None
    latest: float
    latest_at: datetime
    best: float | None
    change: float | None


def outcomes_of(episode: Gathered, attended: Sequence[Session]) -> tuple[Outcome, ...]:
    """The outcomes of an episode by measure, muscle group, side, method and device class."""
    groups: dict[tuple[str, ...], list[OutcomeMeasured]] = {}
    for each in episode.outcomes:
        identity = (each.measure, each.muscle_group or "", each.side or "", each.method, each.device_class)
        groups.setdefault(identity, []).append(each)
    window = _baseline_window(episode, attended)
    return tuple(_outcome(values, window) for _, values in sorted(groups.items()))


def _baseline_window(episode: Gathered, attended: Sequence[Session]) -> tuple[datetime, datetime]:
    """From 30 days before time zero to the end of the day of the first attended session, or of time zero."""
    if not episode.programs:
        return EARLIEST, EARLIEST
    time_zero, zone = episode.programs[0].occurred_at, episode.opened.zone
    # A session of the same day counts, even where the form was signed after it.
    that_day = start_of_day(time_zero, zone)
    first = next((each.start for each in attended if each.start >= that_day), time_zero)
    return shifted(time_zero, -BEFORE_TIME_ZERO), end_of_day(first, zone)


def _outcome(values: list[OutcomeMeasured], window: tuple[datetime, datetime]) -> Outcome:
    first, latest = values[0], values[-1]
    before = [each for each in values if window[0] <= each.occurred_at <= window[1]]
    baseline = before[-1] if before else None
    later = baseline is not None and latest.occurred_at > baseline.occurred_at
    return Outcome(
        measure=first.measure,
        muscle_group=first.muscle_group,
        side=first.side,
        method=first.method,
        device_class=first.device_class,
        unit=first.unit,
        n=len(values),
        baseline=baseline.value if baseline else None,
        baseline_at=baseline.occurred_at if baseline else None,
        latest=latest.value,
        latest_at=latest.occurred_at,
        best=_best(first.measure, [each.value for each in values]),
        change=round(latest.value - baseline.value, 6) if later and baseline else None,
    )


def _best(measure: str, values: Iterable[float]) -> float | None:
    known = find(measure)
    if known is None:
        return None
    return max(values) if known.direction == "higher" else min(values)
