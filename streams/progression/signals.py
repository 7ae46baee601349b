"""The signals of one session for one track: what a policy's rules look at, and where each came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, TypeVar

from contracts.events import ExerciseSetRecorded, ProgramAssigned, SymptomReported
from contracts.vocabulary import Soreness
from streams.progression.ladder import Track, tracks_of
from streams.progression.moments import shifted, weeks_between
from streams.progression.sessions import Session, trust

FORTNIGHT: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)
SORENESS: Final[tuple[Soreness, ...]] = ("none", "warmup_resolves", "next_day", "warmup_persists")
"""From none to worst."""

T = TypeVar("T")


@dataclass(frozen=True)
class Signals:
    """One session's signals; None is unknown.

    Pain 0-10; next_morning_rise: pain of the next morning above usual (points); pain_rises: weeks in a
    row in which mean pain rose (0-2); quality, reps_share and adherence_14d are shares.
    """

    red_flag: bool = False
    effusion_grade: float | None = None
    pain_during: float | None = None
    soreness: Soreness | None = None
    next_morning_rise: float | None = None
    pain_rises: int | None = None
    quality: float | None = None
    reps_share: float | None = None
    adherence_14d: float | None = None


@dataclass(frozen=True)
class Reading:
    """A session of an episode with what does not depend on the track."""

    session: Session
    pain_before: float | None
    pain_during: float | None
    next_morning: float | None
    next_morning_at: datetime | None
    soreness: Soreness | None
    effusion_grade: float | None


def reading(session: Session) -> Reading:
    """What a session's symptoms say together: the most trusted source, and of its reports the worst."""
    phases: dict[str, list[SymptomReported]] = {}
    for symptom in session.symptoms:
        phases.setdefault(symptom.phase, []).append(symptom)
    morning = [each for each in phases.get("next_morning", ()) if each.pain is not None]
    soreness = _worst(session.symptoms, lambda each: each.soreness, SORENESS.index)
    return Reading(
        session=session,
        pain_before=_pain(phases.get("before", ())),
        pain_during=_pain(phases.get("during", ())),
        next_morning=_pain(morning),
        next_morning_at=max((each.occurred_at for each in phases.get("next_morning", ())), default=None),
        soreness=soreness,
        effusion_grade=_worst(session.symptoms, lambda each: each.effusion_grade, float),
    )


def signals_of(
    readings: Sequence[Reading],
    position: int,
    track: Track,
    tracks: tuple[Track, ...],
    adherence: float | None,
) -> Signals:
    """The signals of the session at ``position`` for a track; earlier readings give what is usual."""
    here = readings[position]
    sets = sets_of(here.session, track, tracks)
    return Signals(
        red_flag=here.session.red_flag,
        effusion_grade=here.effusion_grade,
        pain_during=here.pain_during,
        soreness=here.soreness,
        next_morning_rise=next_morning_rise(readings, position),
        pain_rises=pain_rises(readings, position),
        quality=here.session.quality if here.session.quality is not None else _share_correct(sets),
        reps_share=_reps_share(sets),
        adherence_14d=adherence,
    )


def sets_of(session: Session, track: Track, tracks: tuple[Track, ...]) -> list[ExerciseSetRecorded]:
    """The session's sets that trained this track."""
    return [each for each in session.sets if track in tracks_of(tracks, each.muscle_group, each.side)]


def adherence(
    sessions: Sequence[Session], program: ProgramAssigned | None, start: datetime, at: datetime
) -> float | None:
    """Share (0-1) of the prescribed sessions of the 14 days up to ``at`` that were attended; None: unknown.

    The days count from ``start`` (time zero). Without a prescribed dose it is the share of the recorded
    sessions that were attended.
    """
    begin = shifted(at, -FORTNIGHT)
    window = [session for session in sessions if begin < session.start <= at]
    attended = sum(session.attended for session in window)
    if program is not None and program.sessions_per_week:
        due = program.sessions_per_week * max(0.0, weeks_between(max(begin, start), at))
        return round(min(1.0, attended / max(due, 1.0)), 3)
    return round(attended / len(window), 3) if window else None


def usual_pain(readings: Sequence[Reading], position: int) -> float | None:
    """Usual pain before a session's next morning: told before it, else the median of up to three mornings."""
    if readings[position].pain_before is not None:
        return readings[position].pain_before
    mornings = [each.next_morning for each in readings[:position] if each.next_morning is not None]
    return median(mornings[-3:]) if mornings else None


def next_morning_rise(readings: Sequence[Reading], position: int) -> float | None:
    """Points by which pain on the morning after was above usual."""
    morning, usual = readings[position].next_morning, usual_pain(readings, position)
    return None if morning is None or usual is None else round(morning - usual, 3)


def pain_rises(readings: Sequence[Reading], position: int) -> int | None:
    """In how many weeks in a row (0-2), back from this session, mean pain during sessions rose."""
    means = [_week_mean(readings, position, week) for week in range(3)]
    if means[0] is None or means[1] is None:
        return None
    if means[0] <= means[1]:
        return 0
    return 1 if means[2] is None or means[1] <= means[2] else 2


def pain_trend(readings: Sequence[Reading]) -> float | None:
    """Points per week by which pain during sessions changes over the last four sessions; None below three."""
    points = [(each.session.start, each.pain_during) for each in readings if each.pain_during is not None][
        -4:
    ]
    if len(points) < 3:
        return None
    weeks = [weeks_between(points[0][0], at) for at, _ in points]
    mean_week = sum(weeks) / len(weeks)
    mean_pain = sum(pain for _, pain in points) / len(points)
    spread = sum((week - mean_week) ** 2 for week in weeks)
    if spread < 1e-6:
        return None
    covary = sum(
        (week - mean_week) * (pain - mean_pain) for week, (_, pain) in zip(weeks, points, strict=True)
    )
    return round(covary / spread, 3)


def _week_mean(readings: Sequence[Reading], position: int, week: int) -> float | None:
    last = shifted(readings[position].session.start, -week * WEEK)
    first = shifted(last, -WEEK)
    values = []
    for each in reversed(readings[: position + 1]):
        if each.session.start <= first:
            break
        if each.session.start <= last and each.pain_during is not None:
            values.append(each.pain_during)
    return sum(values) / len(values) if values else None


def _pain(symptoms: Sequence[SymptomReported]) -> float | None:
    return _worst(symptoms, lambda each: each.pain, float)


def _worst(
    symptoms: Sequence[SymptomReported],
    value: Callable[[SymptomReported], T | None],
    badness: Callable[[T], float],
) -> T | None:
    said = [(trust(each.source), found) for each in symptoms if (found := value(each)) is not None]
    if not said:
        return None
    best = min(rank for rank, _ in said)
    return max((found for rank, found in said if rank == best), key=badness)


def _reps_share(sets: Sequence[ExerciseSetRecorded]) -> float | None:
    known = [each for each in sets if each.prescribed_reps and each.completed_reps is not None]
    if not known:
        return None
    done = sum(each.completed_reps or 0 for each in known)
    return round(done / sum(each.prescribed_reps or 0 for each in known), 3)


def _share_correct(sets: Sequence[ExerciseSetRecorded]) -> float | None:
    known = [each for each in sets if each.completed_reps and each.correct_reps is not None]
    if not known:
        return None
    return round(
        min(
            1.0,
            sum(each.correct_reps or 0 for each in known) / sum(each.completed_reps or 0 for each in known),
        ),
        3,
    )
