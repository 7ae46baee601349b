"""Everything visible of a patient, derived from the state once and remembered beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.events import ProgramAssigned
from contracts.vocabulary import STAGES
from streams.progression.advancing import next_needs
from streams.progression.attribution import Gathered, attributed
from streams.progression.course import Course, Ground, Mark, walk
from streams.progression.evaluate import Missing
from streams.progression.fact import Fact
from streams.progression.ladder import Track, tracks_of
from streams.progression.moments import shifted
from streams.progression.outcomes import Outcome, outcomes_of
from streams.progression.policy import find
from streams.progression.sessions import Sessions, sessions_of
from streams.progression.signals import adherence, pain_trend, reading
from streams.progression.state import Contribution, PatientState


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
    """One course of care as it stands."""

    gathered: Gathered
    sessions: Sessions
    tracks: tuple[TrackNow, ...]
    outcomes: tuple[Outcome, ...]
    quality: tuple[Missing, ...]

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


def derived(state: PatientState) -> Derived:
    """What follows from a state; worked out once per state."""
    known: Derived | None = state.memo.get("derived")
    if known is None:
        parts = attributed(state)
        episodes = {name: _episode(state.patient_key, one) for name, one in parts.episodes.items()}
        known = state.memo["derived"] = Derived(episodes, parts.unattributed)
    return known


def _episode(patient_key: str, gathered: Gathered) -> Episode:
    sessions = sessions_of(gathered)
    marks = _marks(gathered)
    ground = _ground(patient_key, gathered, sessions, tuple(sorted(marks)))
    tracks = tuple(_now(walk(ground, track, marks[track]), ground, gathered) for track in ground.tracks)
    return Episode(
        gathered, sessions, tracks, outcomes_of(gathered, sessions.attended), _quality(gathered, sessions)
    )


def _marks(gathered: Gathered) -> dict[Track, list[Mark]]:
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
    return {track: sorted(each, key=lambda mark: mark[:2]) for track, each in marks.items()}


def _ground(patient_key: str, gathered: Gathered, sessions: Sessions, tracks: tuple[Track, ...]) -> Ground:
    readings = tuple(reading(session) for session in sessions.attended)
    return Ground(
        patient_key=patient_key,
        episode_id=gathered.opened.episode_id,
        tracks=tracks,
        programs=gathered.programs,
        readings=readings,
        adherences=tuple(_adherence(gathered, sessions, each.session.start) for each in readings),
        all_sessions=tuple(
            (session.start, report.event_id) for session in sessions.all for report in session.reports
        ),
    )


def _adherence(gathered: Gathered, sessions: Sessions, at: datetime) -> float | None:
    began = [program for program in gathered.programs if program.occurred_at <= at]
    program = began[-1] if began else None
    start = gathered.programs[0].occurred_at if gathered.programs else gathered.opened.occurred_at
    return adherence(sessions.all, program, start, at)


def _now(course: Course, ground: Ground, gathered: Gathered) -> TrackNow:
    policy = course.policy
    enough = policy.review.plateau_sessions if policy else None
    return TrackNow(
        course=course,
        pain_trend=pain_trend(ground.readings),
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
    needs = next_needs(course.stage, course.good_streak, course.signed_off, course.policy)
    waiting = (Missing("next_morning", "the next morning after the last session"),) if course.waiting else ()
    found: dict[str, Missing] = {}
    counted = {"good_sessions", "sign_off"}
    for each in (*(each for each in said if each.code not in counted), *needs, *waiting):
        found.setdefault(each.code, each)
    return tuple(found.values())


def _next_review(course: Course) -> datetime:
    policy = course.policy or find("default_msk", 1)
    days = policy.review.after_days if policy else 14
    last = max(course.since, course.last_session_at or course.since)
    return shifted(last, timedelta(days=days))


def _quality(gathered: Gathered, sessions: Sessions) -> tuple[Missing, ...]:
    """What is odd about the episode's data, in words."""
    closed_at = gathered.closed.occurred_at if gathered.closed else None
    late = sum(closed_at is not None and session.start > closed_at for session in sessions.all)
    program = gathered.programs[-1] if gathered.programs else None
    unknown = program is not None and find(program.policy, program.policy_version) is None
    named_groups = {track.muscle_group for track in program.tracks} if program else set()
    without_stage = [group for group in program.muscle_groups if group not in named_groups] if program else []
    notes = (
        (program is None, "no_program", "no program was assigned"),
        (unknown, "unknown_policy", "the program names a policy that is not known here"),
        (bool(without_stage), "no_entry_stage", f"no entry stage for {', '.join(sorted(without_stage))}"),
        (sessions.loose_sets > 0, "sets_without_session", f"{sessions.loose_sets} sets belong to no session"),
        (
            sessions.loose_symptoms > 0,
            "symptoms_without_session",
            f"{sessions.loose_symptoms} reports of symptoms belong to no session",
        ),
        (late > 0, "after_closing", f"{late} sessions after the episode was closed"),
        (
            gathered.misfits > 0,
            "correction_misfits",
            f"{gathered.misfits} corrections do not fit their event",
        ),
    )
    return tuple(Missing(code, text) for holds, code, text in notes if holds)
