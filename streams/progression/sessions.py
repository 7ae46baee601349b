"""The sessions of an episode: reports of one session joined, its symptoms and sets beside it.

Reports from several sources are one session when they are of the same episode and place and start
within 90 minutes; field by field a therapist is believed before a device, a device before an app.
A symptom or set that names a session belongs to it, another one to the session at its time; a report
of the next morning belongs to the last session before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from contracts.events import Envelope, ExerciseSetRecorded, SessionRecorded, SymptomReported
from streams.progression.attribution import Gathered

SAME_SESSION: Final = timedelta(minutes=90)
NEXT_MORNING: Final = timedelta(hours=36)
SAME_DAY: Final = timedelta(hours=12)
BEFOREHAND: Final = timedelta(hours=3)
EXERCISING: Final = timedelta(hours=4)

E = TypeVar("E", bound=Envelope)


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
    """The sessions of an episode by their start, and what belongs to none of them."""

    all: tuple[Session, ...]
    loose_symptoms: int
    loose_sets: int

    @property
    def attended(self) -> tuple[Session, ...]:
        """The sessions that took place."""
        return tuple(session for session in self.all if session.attended)


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
    joined = _joined(episode.sessions)
    by_id = {report.session_id: one for one in joined for report in one.reports if report.session_id}
    loose_symptoms = sum(not _place_symptom(each, joined, by_id) for each in episode.symptoms)
    loose_sets = sum(not _place_set(each, joined, by_id) for each in episode.sets)
    return Sessions(tuple(_session(one) for one in joined), loose_symptoms, loose_sets)


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


def _place_symptom(symptom: SymptomReported, joined: list[_Joined], by_id: dict[str, _Joined]) -> bool:
    named = by_id.get(symptom.session_id or "")
    one = named if named is not None else _session_at(symptom, joined)
    if one is not None:
        one.symptoms.append(symptom)
    return one is not None


def _session_at(symptom: SymptomReported, joined: list[_Joined]) -> _Joined | None:
    at = symptom.occurred_at
    if symptom.phase == "before":
        coming = [one for one in joined if one.attended and timedelta(0) <= one.start - at <= BEFOREHAND]
        if coming:
            return coming[0]
    reach = NEXT_MORNING if symptom.phase == "next_morning" else SAME_DAY
    gone = [one for one in joined if one.attended and timedelta(0) <= at - one.start <= reach]
    return gone[-1] if gone else None


def _place_set(each: ExerciseSetRecorded, joined: list[_Joined], by_id: dict[str, _Joined]) -> bool:
    one = by_id.get(each.session_id or "")
    if one is None:
        at = each.occurred_at
        fits = [
            session
            for session in joined
            if session.attended
            and session.place == each.place
            and -SAME_SESSION <= at - session.start <= EXERCISING
        ]
        one = min(fits, key=lambda session: abs(at - session.start), default=None)
    if one is not None:
        one.sets.append(each)
    return one is not None


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
