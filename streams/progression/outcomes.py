"""An episode's outcome measurements, one line per measure's identity: baseline, latest, best."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.events import OutcomeMeasured
from contracts.measures.classify import row_for
from contracts.measures.registry import Threshold, find
from contracts.vocabulary import Condition
from streams.progression.attribution import Gathered
from streams.progression.moments import EARLIEST, end_of_day, shifted, start_of_day
from streams.progression.sessions import Session

BEFORE_TIME_ZERO: Final = timedelta(days=30)

Window = tuple[datetime, datetime]
"""First and last instant at which a value is a baseline."""


@dataclass(frozen=True)
class Outcome:
    """The course of one measure; ``change`` is latest minus baseline in the measure's unit.

    ``best`` follows the registry's direction and is None for a measure that it does not know.
    ``threshold_row`` is the registry's row that a change of this person from this baseline is held to.
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
    threshold_row: str | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """See ``identity_of``."""
        return (self.measure, self.muscle_group or "", self.side or "", self.method, self.device_class)


def identity_of(event: OutcomeMeasured) -> tuple[str, ...]:
    """What may be compared with what: measure, muscle group, side, method and device class."""
    return (event.measure, event.muscle_group or "", event.side or "", event.method, event.device_class)


def outcomes_of(episode: Gathered, window: Window) -> tuple[Outcome, ...]:
    """The outcomes of an episode by their identity; ``window`` is that of the baseline."""
    groups: dict[tuple[str, ...], list[OutcomeMeasured]] = {}
    for each in episode.outcomes:
        groups.setdefault(identity_of(each), []).append(each)
    condition = episode.opened.condition
    return tuple(_outcome(values, window, condition) for _, values in sorted(groups.items()))


def grown(
    known: tuple[Outcome, ...], episode: Gathered, window: Window, added: Iterable[OutcomeMeasured]
) -> tuple[Outcome, ...]:
    """The outcomes after these measurements of the episode; those of other identities stay."""
    outcomes = {each.identity: each for each in known}
    for identity in {identity_of(event) for event in added}:
        values = [each for each in episode.outcomes if identity_of(each) == identity]
        outcomes[identity] = _outcome(values, window, episode.opened.condition)
    return tuple(each for _, each in sorted(outcomes.items()))


def baseline_window(episode: Gathered, sessions: Iterable[Session]) -> Window:
    """From 30 days before time zero to the end of the day of the first attended session, or of time zero."""
    if not episode.programs:
        return EARLIEST, EARLIEST
    time_zero, zone = episode.programs[0].occurred_at, episode.opened.zone
    # A session of the same day counts, even where the form was signed after it.
    that_day = start_of_day(time_zero, zone)
    first = next((each.start for each in sessions if each.attended and each.start >= that_day), time_zero)
    return shifted(time_zero, -BEFORE_TIME_ZERO), end_of_day(first, zone)


def _outcome(values: list[OutcomeMeasured], window: Window, condition: Condition) -> Outcome:
    first, latest = values[0], values[-1]
    before = [each for each in values if window[0] <= each.occurred_at <= window[1]]
    baseline = before[-1] if before else None
    later = baseline is not None and latest.occurred_at > baseline.occurred_at
    row = baseline and _row(baseline, condition)
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
        threshold_row=row.row if row else None,
    )


def _row(baseline: OutcomeMeasured, condition: Condition) -> Threshold | None:
    return row_for(baseline.measure, condition, baseline.value, baseline.device_class, baseline.muscle_group)


def _best(measure: str, values: Iterable[float]) -> float | None:
    known = find(measure)
    if known is None:
        return None
    return max(values) if known.direction == "higher" else min(values)
