"""The signals of one session for one track: what a policy's rules look at, and where each came from."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, TypeVar

from contracts.events import ExerciseSetRecorded, ProgramAssigned, SymptomReported
from contracts.vocabulary import Soreness
from streams.progression.ladder import Track, tracks_of
from streams.progression.moments import shifted, weeks_between
from streams.progression.policy_schema import CONTEXT, Effusion, Policy, Signal
from streams.progression.sessions import Session, trust
from streams.progression.signal_facts import SORENESS, EffusionCourse

FORTNIGHT: Final = timedelta(days=14)
WEEK: Final = timedelta(days=7)

T = TypeVar("T")


@dataclass(frozen=True)
class Signals:
    """One session's signals; None is unknown, or not looked at by the policy.

    Pain 0-10; next_morning_rise: pain of the next morning above usual (points); pain_rises: weeks in a
    row in which mean pain rose (0-2); weekly_pain_rise: by how many points it rose since the week
    before; quality, reps_share and adherence_14d are shares; sessions_7d: attended in 7 days.
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
    effusion_course: EffusionCourse | None = None
    pain_after: float | None = None
    pain_next_morning: float | None = None
    weekly_pain_rise: float | None = None
    sessions_7d: int | None = None

    def known(self) -> dict[str, Any]:
        """The signals that are known, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Reading:
    """A session of an episode with what does not depend on the track."""

    session: Session
    pain_before: float | None
    pain_during: float | None
    pain_after: float | None
    next_morning: float | None
    next_morning_at: datetime | None
    soreness: Soreness | None
    effusion_grade: float | None


def reading(session: Session) -> Reading:
    """What a session's symptoms say together: the most trusted source, and of its reports the worst."""
    phases: dict[str, list[SymptomReported]] = {}
    for symptom in session.symptoms:
        phases.setdefault(symptom.phase, []).append(symptom)
    return Reading(
        session=session,
        pain_before=_pain(phases.get("before", ())),
        pain_during=_pain(phases.get("during", ())),
        pain_after=_pain(phases.get("after", ())),
        next_morning=_pain(phases.get("next_morning", ())),
        next_morning_at=max((each.occurred_at for each in phases.get("next_morning", ())), default=None),
        soreness=_worst(session.symptoms, lambda each: each.soreness, SORENESS.index),
        effusion_grade=_worst(session.symptoms, lambda each: each.effusion_grade, float),
    )


def signals_of(
    readings: Sequence[Reading],
    position: int,
    track: Track,
    tracks: tuple[Track, ...],
    adherence: float | None,
    policy: Policy,
    context: frozenset[Signal] = CONTEXT,
) -> Signals:
    """The signals of the session at ``position`` for a track; earlier readings give what is usual.

    Of the signals that look at other sessions only those of ``context`` that the policy uses are worked out.
    """
    here = readings[position]
    session = here.session
    sets = sets_of(session, track, tracks)
    asked = context & policy.uses
    weekly = _weeks(readings, position) if asked & {"pain_rises", "weekly_pain_rise"} else (None, None, None)
    course = policy.effusion if "effusion_course" in asked else None
    return Signals(
        session.red_flag,
        here.effusion_grade,
        here.pain_during,
        here.soreness,
        next_morning_rise(readings, position) if "next_morning_rise" in asked else None,
        _rises(weekly) if "pain_rises" in asked else None,
        session.quality if session.quality is not None else _share_correct(sets),
        _reps_share(sets),
        adherence if "adherence_14d" in asked else None,
        None if course is None else effusion_course(readings, position, course),
        here.pain_after,
        here.next_morning,
        _weekly_rise(weekly) if "weekly_pain_rise" in asked else None,
        sessions_7d(readings, position) if "sessions_7d" in asked else None,
    )


def sets_of(session: Session, track: Track, tracks: tuple[Track, ...]) -> list[ExerciseSetRecorded]:
    """The session's sets that trained this track."""
    return [
        each
        for each in session.sets
        if (each.muscle_group, each.side) == track
        or (each.muscle_group == track[0] and track in tracks_of(tracks, each.muscle_group, each.side))
    ]


def adherence(
    sessions: Sequence[Session], program: ProgramAssigned | None, start: datetime, at: datetime
) -> float | None:
    """Share (0-1) of the prescribed sessions of the 14 days up to ``at`` that were attended; None: unknown.

    ``sessions`` by their start. The days count from ``start`` (time zero). Without a prescribed dose it is
    the share of the recorded sessions that were attended.
    """
    begin = shifted(at, -FORTNIGHT)
    first = bisect_right(sessions, begin, key=_start)
    window = sessions[first : bisect_right(sessions, at, lo=first, key=_start)]
    attended = sum(session.attended for session in window)
    if program is not None and program.sessions_per_week:
        due = program.sessions_per_week * max(0.0, weeks_between(max(begin, start), at))
        return round(min(1.0, attended / max(due, 1.0)), 3)
    return round(attended / len(window), 3) if window else None


def _start(session: Session) -> datetime:
    return session.start


def usual_pain(readings: Sequence[Reading], position: int) -> float | None:
    """Usual pain before a session's next morning: told before it, else the median of up to three mornings."""
    if readings[position].pain_before is not None:
        return readings[position].pain_before
    mornings = [readings[each].next_morning for each in usual_mornings(readings, position)]
    return median(each for each in mornings if each is not None) if mornings else None


def usual_mornings(readings: Sequence[Reading], position: int) -> list[int]:
    """The positions of up to three sessions before this one whose next morning was told, latest first."""
    found: list[int] = []
    for each in range(position - 1, -1, -1):
        if readings[each].next_morning is not None:
            found.append(each)
            if len(found) == 3:
                break
    return found


def next_morning_rise(readings: Sequence[Reading], position: int) -> float | None:
    """Points by which pain on the morning after was above usual."""
    morning = readings[position].next_morning
    usual = None if morning is None else usual_pain(readings, position)
    return None if morning is None or usual is None else round(morning - usual, 3)


def pain_rises(readings: Sequence[Reading], position: int) -> int | None:
    """In how many weeks in a row (0-2), back from this session, mean pain during sessions rose."""
    return _rises(_weeks(readings, position))


def weekly_pain_rise(readings: Sequence[Reading], position: int) -> float | None:
    """Points by which mean pain during the sessions of 7 days lies above that of the 7 days before."""
    return _weekly_rise(_weeks(readings, position))


def _rises(means: Sequence[float | None]) -> int | None:
    if means[0] is None or means[1] is None:
        return None
    if means[0] <= means[1]:
        return 0
    return 1 if means[2] is None or means[1] <= means[2] else 2


def _weekly_rise(means: Sequence[float | None]) -> float | None:
    return None if means[0] is None or means[1] is None else round(means[0] - means[1], 3)


def sessions_7d(readings: Sequence[Reading], position: int) -> int:
    """How many sessions were attended in the 7 days up to this one, itself included."""
    return position + 1 - first_within(readings, position, WEEK)


def first_within(readings: Sequence[Reading], position: int, reach: timedelta) -> int:
    """The position of the first session that began less than ``reach`` before the one at ``position``."""
    begin = shifted(readings[position].session.start, -reach)
    first = position
    while first > 0 and readings[first - 1].session.start > begin:
        first -= 1
    return first


def effusion_course(readings: Sequence[Reading], position: int, rule: Effusion) -> EffusionCourse | None:
    """Where the effusion stands after this session, by its grades over successive sessions."""
    phase: int = 0
    word: EffusionCourse | None = None
    for each in range(effusion_begins(readings, position, rule), position + 1):
        phase, word = _effusion_step(phase, readings[each].effusion_grade, rule)
    return word


def effusion_begins(readings: Sequence[Reading], position: int, rule: Effusion) -> int:
    """The position from which on grades matter: after the last session without effusion, within reach."""
    first = position
    reach = max(0, position - rule.within_sessions)
    while first > reach:
        grade = readings[first - 1].effusion_grade
        if grade is not None and grade < rule.maintain_from:
            break
        first -= 1
    return first


def _effusion_step(phase: int, grade: float | None, rule: Effusion) -> tuple[int, EffusionCourse | None]:
    """Phase 0: no effusion; 1: the session after one of 2+; 2: the sessions after that."""
    if grade is None:
        return phase, "unmeasured" if phase else None
    if phase == 0:
        return (1, "treat") if grade >= rule.treat_from else (0, "clear")
    if phase == 1:
        if grade < rule.maintain_from:
            return 0, "clear"
        return 2, "maintain" if grade < rule.treat_from else "persists"
    return (0, "clear") if grade < rule.treat_from else (2, "notify")


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


def _weeks(readings: Sequence[Reading], position: int) -> tuple[float | None, float | None, float | None]:
    """Mean pain during the sessions of this one's 7 days, of the 7 before, and of the 7 before those."""
    at = readings[position].session.start
    ends = [shifted(at, -week * WEEK) for week in (1, 2, 3)]
    sums, counts = [0.0, 0.0, 0.0], [0, 0, 0]
    for each in range(position, -1, -1):
        start, pain = readings[each].session.start, readings[each].pain_during
        if start <= ends[2]:
            break
        if pain is not None:
            week = 0 if start > ends[0] else 1 if start > ends[1] else 2
            sums[week] += pain
            counts[week] += 1
    first, second, third = (
        total / count if count else None for total, count in zip(sums, counts, strict=True)
    )
    return first, second, third


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
