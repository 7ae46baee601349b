"""The sessions of an episode: reports of one session joined, its symptoms and sets beside it.

Reports from several sources are one session when they are of the same episode and place and start
within 90 minutes; field by field a therapist is believed before a device, a device before an app.
A symptom or set that names a session belongs to it, another one to the session at its time; a report
of the next morning belongs to the last session before it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from contracts.events import Envelope, ExerciseSetRecorded, SessionRecorded, SymptomReported
from streams.progression.attribution import Gathered, order
from streams.progression.moments import shifted

SAME_SESSION: Final = timedelta(minutes=90)
NEXT_MORNING: Final = timedelta(hours=36)
SAME_DAY: Final = timedelta(hours=12)
BEFOREHAND: Final = timedelta(hours=3)
EXERCISING: Final = timedelta(hours=4)
APART: Final = timedelta(hours=6)
"""Sessions so far apart share no report, symptom or set by time: more than EXERCISING + SAME_SESSION."""

E = TypeVar("E", bound=Envelope)
Part = SymptomReported | ExerciseSetRecorded


@dataclass(frozen=True)
class Session:
    """One session; ``reports`` with the most trusted source first."""

    reports: tuple[SessionRecorded, ...]
    start: datetime
    place: str
    attended: bool
    quality: float | None
    red_flag: bool
    symptoms: tuple[SymptomReported, ...] = ()
    sets: tuple[ExerciseSetRecorded, ...] = ()


@dataclass(frozen=True)
class Sessions:
    """The sessions of an episode by their start, and what belongs to none of them.

    named: place in ``all`` by session id. strange: ids that parts name though no report bears them, with
    the first place where such a part was put by its time.
    """

    all: tuple[Session, ...]
    loose: tuple[Part, ...] = ()
    named: Mapping[str, int] = field(default_factory=dict)
    strange: Mapping[str, int] = field(default_factory=dict)

    @property
    def attended(self) -> tuple[Session, ...]:
        """The sessions that took place."""
        return tuple(session for session in self.all if session.attended)

    @property
    def loose_symptoms(self) -> int:
        """How many reports of symptoms belong to no session."""
        return sum(isinstance(each, SymptomReported) for each in self.loose)

    @property
    def loose_sets(self) -> int:
        """How many sets belong to no session."""
        return len(self.loose) - self.loose_symptoms


@dataclass
class _Joined:
    """A session while its parts are being gathered."""

    start: datetime
    place: str
    reports: list[SessionRecorded] = field(default_factory=list)
    symptoms: list[SymptomReported] = field(default_factory=list)
    sets: list[ExerciseSetRecorded] = field(default_factory=list)
    attended: bool = False


def trust(source: str) -> int:
    """0 for a therapist's form, 1 for a device, 2 for a patient's app, by the source's name."""
    return 0 if source.endswith("_form") else 2 if source.endswith("_app") else 1


def trusted(events: Iterable[E]) -> list[E]:
    """The events with the most trusted source first, then by time and id."""
    return sorted(events, key=lambda each: (trust(each.source), each.occurred_at, each.event_id))


def sessions_of(episode: Gathered) -> Sessions:
    """The sessions of an episode."""
    return sessions_from(episode.sessions, (*episode.symptoms, *episode.sets))


def sessions_from(reports: Sequence[SessionRecorded], parts: Sequence[Part]) -> Sessions:
    """The sessions of these reports and parts, each by time and id."""
    return _gathered(Sessions(()), reports, parts)


def settled(known: Sessions, event: SessionRecorded | Part) -> int:
    """How many of the first sessions stay what they are when this event is added.

    The cut lies before an attended session that began before the event, with nothing near it on the side
    of the past, so that whatever is placed by its time is placed on the same side again; a part that names
    a session, or a report whose id parts have named before, moves the cut before that session.
    """
    name = event.session_id or ""
    at = len(known.all) - 1
    for place in (known.named.get(name), known.strange.get(name)):
        at = at if place is None else min(at, place)
    latest = event.occurred_at
    if isinstance(event, SessionRecorded):  # it may draw parts to itself that came before it
        latest = shifted(latest, -BEFOREHAND)
    while at > 0:
        here, previous = known.all[at], known.all[at - 1]
        if here.attended and here.start <= latest and here.start - previous.start > APART:
            return at
        at -= 1
    return 0


def grown(known: Sessions, added: Iterable[SessionRecorded | Part], cut: int) -> Sessions:
    """The sessions with these events; the first ``cut`` stay (see ``settled``)."""
    reports: list[SessionRecorded] = []
    parts: list[Part] = [*known.loose]
    for session in known.all[cut:]:
        reports += session.reports
        parts += (*session.symptoms, *session.sets)
    for event in added:
        if isinstance(event, SessionRecorded):
            reports.append(event)
        else:
            parts.append(event)
    kept = Sessions(
        known.all[:cut],
        (),
        {name: place for name, place in known.named.items() if place < cut},
        {name: place for name, place in known.strange.items() if place < cut},
    )
    return _gathered(kept, sorted(reports, key=order), sorted(parts, key=order))


def _gathered(kept: Sessions, reports: Sequence[SessionRecorded], parts: Sequence[Part]) -> Sessions:
    """The sessions that are kept, and after them those of these reports and parts, each by time and id."""
    joined = _joined(reports)
    first = len(kept.all)
    named, strange = dict(kept.named), dict(kept.strange)
    for number, one in enumerate(joined, start=first):
        named.update({each.session_id: number for each in one.reports if each.session_id})
    finder = _Finder(joined)
    loose: list[Part] = []
    for part in parts:
        at = named.get(part.session_id or "", -1) - first
        place: int | None = at if at >= 0 else finder.place_of(part)
        if place is None:
            loose.append(part)
            continue
        if at < 0 and part.session_id:
            strange[part.session_id] = min(first + place, strange.get(part.session_id, first + place))
        one = joined[place]
        (one.symptoms if isinstance(part, SymptomReported) else one.sets).append(part)  # type: ignore[arg-type]
    return Sessions((*kept.all, *map(_session, joined)), tuple(loose), named, strange)


def _joined(reports: Sequence[SessionRecorded]) -> list[_Joined]:
    joined: list[_Joined] = []
    latest: dict[str, _Joined] = {}
    for report in reports:  # in the order of their starts
        one = latest.get(report.place)
        if one is None or report.occurred_at - one.start > SAME_SESSION:
            one = latest[report.place] = _Joined(report.occurred_at, report.place)
            joined.append(one)
        one.reports.append(report)
    for one in joined:
        one.reports = trusted(one.reports)
        one.attended = one.reports[0].attended
    return joined


class _Finder:
    """Finds the session at a part's time."""

    def __init__(self, joined: list[_Joined]) -> None:
        self._all = joined
        self._starts = [one.start for one in joined]

    def place_of(self, part: Part) -> int | None:
        """The place of the session that the part belongs to by its time."""
        return self._of_symptom(part) if isinstance(part, SymptomReported) else self._of_set(part)

    def _of_symptom(self, symptom: SymptomReported) -> int | None:
        at = symptom.occurred_at
        if symptom.phase == "before":
            coming = self._attended(at, shifted(at, BEFOREHAND))
            if coming:
                return coming[0]
        reach = NEXT_MORNING if symptom.phase == "next_morning" else SAME_DAY
        gone = self._attended(shifted(at, -reach), at)
        return gone[-1] if gone else None

    def _of_set(self, each: ExerciseSetRecorded) -> int | None:
        at = each.occurred_at
        near = self._attended(shifted(at, -EXERCISING), shifted(at, SAME_SESSION))
        fits = [place for place in near if self._all[place].place == each.place]
        return min(fits, key=lambda place: abs(at - self._starts[place]), default=None)

    def _attended(self, first: datetime, last: datetime) -> list[int]:
        """Places of the attended sessions that started in between, both ends included."""
        span = range(bisect_left(self._starts, first), bisect_right(self._starts, last))
        return [place for place in span if self._all[place].attended]


def _session(one: _Joined) -> Session:
    return Session(
        reports=tuple(one.reports),
        start=one.start,
        place=one.place,
        attended=one.attended,
        quality=next((each.quality for each in one.reports if each.quality is not None), None),
        red_flag=any(each.red_flag for each in one.reports),
        symptoms=tuple(one.symptoms),
        sets=tuple(one.sets),
    )
