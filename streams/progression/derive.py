"""Everything visible of a patient, derived from all that was said; ``incremental`` extends it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.events import ProgramAssigned
from contracts.vocabulary import STAGES, Condition
from streams.progression.advancing import next_needs
from streams.progression.attribution import Gathered, attributed
from streams.progression.course import Course, Ground, Mark, PolicyOf, walk
from streams.progression.evaluate import Missing
from streams.progression.fact import Fact
from streams.progression.ladder import Track, tracks_of
from streams.progression.moments import shifted
from streams.progression.noticing import quality_notes
from streams.progression.outcomes import Outcome, Window, baseline_window, outcomes_of
from streams.progression.policy import Policy, rules_of
from streams.progression.sessions import Session, Sessions, sessions_of
from streams.progression.signals import FORTNIGHT, adherence, pain_trend, reading
from streams.progression.state import Contribution, PatientState

DEFAULT_REVIEW_DAYS = 14
"""Days after which a track is to be looked at where no policy is known; a proposal."""


@dataclass(frozen=True)
class TrackNow:
    """A track's course with what a therapist is told of it."""

    course: Course
    pain_trend: float | None
    adherence_14d: float | None
    plateau: bool
    regression: bool
    missing: tuple[Missing, ...]
    next_review_at: datetime | None


@dataclass(frozen=True)
class Episode:
    """One course of care as it stands; ``marks`` are what programs and therapists set, by track."""

    gathered: Gathered
    sessions: Sessions
    ground: Ground
    marks: Mapping[Track, tuple[Mark, ...]]
    tracks: tuple[TrackNow, ...]
    window: Window
    outcomes: tuple[Outcome, ...]
    quality: tuple[Missing, ...]
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Values of this very episode that were worked out before."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The standing facts of all its tracks."""
        return tuple(fact for track in self.tracks for fact in track.course.facts)

    @property
    def program(self) -> ProgramAssigned | None:
        """The program in force: the one that was assigned last."""
        return self.gathered.programs[-1] if self.gathered.programs else None

    @property
    def time_zero(self) -> datetime | None:
        """When the first program was assigned."""
        return self.gathered.programs[0].occurred_at if self.gathered.programs else None


@dataclass(frozen=True)
class Derived:
    """A patient's episodes by id, and the events that belong to none."""

    episodes: dict[str, Episode]
    unattributed: tuple[Contribution, ...]


def released(program: ProgramAssigned, condition: Condition, track: Track) -> Policy | None:
    """The released rules that a program puts a track under."""
    return rules_of(program.policy, program.policy_version, condition, track[0])


def derived_under(state: PatientState, policy_of: PolicyOf) -> Derived:
    """What would follow from a state if these policies had been in force."""
    parts = attributed(state)
    episodes = {name: episode(state.patient_key, one, policy_of) for name, one in parts.episodes.items()}
    return Derived(episodes, parts.unattributed)


def derived_beside(state: PatientState, known: Derived) -> Derived:
    """What follows from a state; episodes whose events are those of ``known`` are taken from there."""
    parts = attributed(state)
    episodes = {}
    for name, gathered in parts.episodes.items():
        old = known.episodes.get(name)
        same = old is not None and old.gathered == gathered
        episodes[name] = old if old and same else episode(state.patient_key, gathered, released)
    return Derived(episodes, parts.unattributed)


def episode(patient_key: str, gathered: Gathered, policy_of: PolicyOf) -> Episode:
    """An episode derived from all its events."""
    sessions = sessions_of(gathered)
    marks = _marks(gathered)
    ground = _ground(patient_key, gathered, sessions, tuple(sorted(marks)), policy_of)
    courses = [walk(ground, track, marks[track]) for track in ground.tracks]
    trend = pain_trend(ground.readings)
    window = baseline_window(gathered, sessions.all)
    return Episode(
        gathered=gathered,
        sessions=sessions,
        ground=ground,
        marks=marks,
        tracks=tuple(now(course, ground, gathered, trend) for course in courses),
        window=window,
        outcomes=outcomes_of(gathered, window),
        quality=quality_notes(gathered, sessions, policy_of),
    )


def _marks(gathered: Gathered) -> dict[Track, tuple[Mark, ...]]:
    """By track, what programs and overrides set, in the order of time and id."""
    marks: dict[Track, list[Mark]] = {}
    for program in gathered.programs:
        for entry in program.tracks:
            mark = (program.occurred_at, program.event_id, program, entry.stage)
            marks.setdefault((entry.muscle_group, entry.side), []).append(mark)
    for override in gathered.overrides:
        known = tracks_of(tuple(sorted(marks)), override.muscle_group, override.side)
        for track in known or ((override.muscle_group, override.side),):
            mark_of_override = (override.occurred_at, override.event_id, override, override.to_stage)
            marks.setdefault(track, []).append(mark_of_override)
    return {track: tuple(sorted(each, key=lambda mark: mark[:2])) for track, each in marks.items()}


def _ground(
    patient_key: str,
    gathered: Gathered,
    sessions: Sessions,
    tracks: tuple[Track, ...],
    policy_of: PolicyOf,
) -> Ground:
    return Ground(
        patient_key=patient_key,
        episode_id=gathered.opened.episode_id,
        condition=gathered.opened.condition,
        tracks=tracks,
        programs=gathered.programs,
        readings=tuple(reading(session) for session in sessions.attended),
        adherences=tuple(adherences(gathered, sessions, 0)),
        all_sessions=tuple(reports_of(sessions.all)),
        policy_of=policy_of,
        opened_by=gathered.opened.event_id,
    )


def reports_of(sessions: Iterable[Session]) -> list[tuple[datetime, str]]:
    """Start and event id of every report of these sessions."""
    return [(session.start, report.event_id) for session in sessions for report in session.reports]


def adherences(gathered: Gathered, sessions: Sessions, first: int) -> list[float | None]:
    """Adherence at each attended session from the place ``first`` on."""
    starts = [session.start for session in sessions.all]
    found = []
    for session in sessions.all[first:]:
        if session.attended:
            begin = bisect_right(starts, shifted(session.start, -FORTNIGHT))
            window = sessions.all[begin : bisect_right(starts, session.start)]
            found.append(_adherence(gathered, window, session.start))
    return found


def _adherence(gathered: Gathered, window: tuple[Session, ...], at: datetime) -> float | None:
    began = [program for program in gathered.programs if program.occurred_at <= at]
    program = began[-1] if began else None
    start = gathered.programs[0].occurred_at if gathered.programs else gathered.opened.occurred_at
    return adherence(window, program, start, at)


def now(course: Course, ground: Ground, gathered: Gathered, trend: float | None) -> TrackNow:
    """A track as a therapist is told of it; ``trend`` is that of the episode's pain."""
    policy = course.policy
    enough = policy.review.plateau_sessions if policy else None
    return TrackNow(
        course=course,
        pain_trend=trend,
        adherence_14d=ground.adherences[-1] if ground.adherences else None,
        plateau=enough is not None and course.sessions_in_stage >= enough and course.stage != STAGES[-1],
        regression=course.last_move == "regress",
        missing=_missing(course),
        next_review_at=None if gathered.closed else _next_review(course),
    )


def _missing(course: Course) -> tuple[Missing, ...]:
    """What stands between the track and its next stage: the last session's complaints, then the rest."""
    last = course.last_decision
    said = (
        last.missing
        if last is not None and last.action != "advance" and last.decided_at >= course.since
        else ()
    )
    needs = next_needs(course.stage, course.good_streak, course.end.signed, course.policy, course.regressed)
    waiting = (Missing("next_morning", "the next morning after the last session"),) if course.waiting else ()
    found: dict[str, Missing] = {}
    counted = {"good_sessions", "sign_off"}
    for each in (*(each for each in said if each.code not in counted), *needs, *waiting):
        found.setdefault(each.code, each)
    return tuple(found.values())


def _next_review(course: Course) -> datetime:
    days = course.policy.review.after_days if course.policy else DEFAULT_REVIEW_DAYS
    last = max(course.since, course.last_session_at or course.since)
    return shifted(last, timedelta(days=days))
