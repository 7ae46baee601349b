"""An account of a patient: where each track stands, since when, why, on what, and what to watch, as data.

``explain`` reads it aloud; programs get it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.vocabulary import STAGE_NAMES, STAGES
from streams.progression.assess import Assessment, assess
from streams.progression.derive import Episode, TrackNow
from streams.progression.evaluate import Missing
from streams.progression.incremental import derived
from streams.progression.ladder import Track, moved
from streams.progression.outcomes import Outcome
from streams.progression.ruling import Passed, Ruling, Step, Tally, Told, passed
from streams.progression.state import PatientState
from streams.progression.watching import watched

Chosen = tuple[str, str | None]
"""The muscle group and, where it matters, the side that an account is narrowed to."""


@dataclass(frozen=True)
class TrackAccount:
    """One track. because: the step to its stage. in_stage: what held it there. history: every step."""

    muscle_group: str
    side: str
    stage: str
    stage_name: str
    since: datetime
    because: Step | None
    sessions_in_stage: int
    good_streak: int
    last_session_at: datetime | None
    waiting: bool
    last_decision: Ruling | None
    in_stage: tuple[Tally, ...]
    next_stage: str | None
    missing: tuple[Missing, ...]
    pain_trend: float | None
    next_review_at: datetime | None
    watch: tuple[Missing, ...]
    history: tuple[Passed, ...]


@dataclass(frozen=True)
class EpisodeAccount:
    """One course of care. ``policy_status`` says whether somebody of the clinic signed the policy off."""

    episode_id: str
    condition: str
    clinic: str
    zone: str
    opened_at: datetime
    closed_at: datetime | None
    close_reason: str | None
    program: str | None
    program_since: datetime | None
    policy: str | None
    policy_version: int | None
    policy_status: str | None
    sessions_attended: int
    sessions_missed: int
    adherence_14d: float | None
    tracks: tuple[TrackAccount, ...]
    outcomes: tuple[Outcome, ...]
    quality: tuple[Missing, ...]


@dataclass(frozen=True)
class Account:
    """A patient at an instant; ``unattributed`` counts events that belong to no episode, by their kind."""

    patient_key: str
    at: datetime
    erased: bool
    episodes: tuple[EpisodeAccount, ...]
    merges: tuple[tuple[datetime, str], ...]
    unattributed: Mapping[str, int]
    corrections_waiting: int


def account(state: PatientState, now: datetime, chosen: Chosen | None = None) -> Account:
    """What is known of a patient at ``now``; ``chosen`` leaves out the other tracks."""
    known = derived(state)
    assessments = {each.episode_id: each for each in assess(state, now)}
    episodes = (
        _episode(name, episode, assessments.get(name), now, chosen)
        for name, episode in known.episodes.items()
    )
    merges = sorted(state.merges.values(), key=lambda each: (each.occurred_at, each.event_id))
    kinds = [type(each).__name__ for each in known.unattributed]
    return Account(
        patient_key=state.patient_key,
        at=now,
        erased=state.erased,
        episodes=tuple(each for each in episodes if chosen is None or each.tracks),
        merges=tuple((each.occurred_at, min(each.other_key, state.patient_key)) for each in merges),
        unattributed={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        corrections_waiting=sum(each.corrects not in state.said for each in state.corrections.values()),
    )


def _episode(
    name: str, episode: Episode, assessment: Assessment | None, now: datetime, chosen: Chosen | None
) -> EpisodeAccount:
    opened, closed, program = episode.gathered.opened, episode.gathered.closed, episode.program
    attended = len(episode.sessions.attended)
    tracks = [track for track in episode.tracks if _is_chosen(track.course.track, chosen)]
    policy = next((track.course.policy for track in tracks if track.course.policy), None)
    return EpisodeAccount(
        episode_id=name,
        condition=opened.condition,
        clinic=opened.clinic,
        zone=opened.zone,
        opened_at=opened.occurred_at,
        closed_at=closed.occurred_at if closed else None,
        close_reason=closed.reason if closed else None,
        program=program.program if program else None,
        program_since=program.occurred_at if program else None,
        policy=program.policy if program else None,
        policy_version=program.policy_version if program else None,
        policy_status=policy.status if policy else None,
        sessions_attended=attended,
        sessions_missed=len(episode.sessions.all) - attended,
        adherence_14d=assessment.adherence_14d if assessment else None,
        tracks=tuple(_track(track, episode, assessment, now) for track in tracks),
        outcomes=tuple(each for each in episode.outcomes if _concerns(each, chosen)),
        quality=episode.quality,
    )


def _is_chosen(track: Track, chosen: Chosen | None) -> bool:
    return chosen is None or (track[0] == chosen[0] and chosen[1] in (None, track[1]))


def _concerns(outcome: Outcome, chosen: Chosen | None) -> bool:
    """Whether a measure is of the chosen muscle group, or of the whole person."""
    return chosen is None or outcome.muscle_group in (None, chosen[0])


def _track(track: TrackNow, episode: Episode, assessment: Assessment | None, now: datetime) -> TrackAccount:
    course = track.course
    told = Told(course, episode)
    entered = [fact for fact in course.facts if fact.kind != "stop_raised"]
    return TrackAccount(
        muscle_group=course.track[0],
        side=course.track[1],
        stage=course.stage,
        stage_name=STAGE_NAMES[course.stage],
        since=course.since,
        because=told.step(entered[-1]) if entered else None,
        sessions_in_stage=course.sessions_in_stage,
        good_streak=course.good_streak,
        last_session_at=course.last_session_at,
        waiting=course.waiting,
        last_decision=told.ruling(course.last_decision) if course.last_decision else None,
        in_stage=told.tallies(),
        next_stage=None if course.stage == STAGES[-1] else moved(course.stage, 1),
        missing=told.missing(track.missing, course.policy),
        pain_trend=track.pain_trend,
        next_review_at=track.next_review_at,
        watch=watched(track, episode, assessment, now),
        history=tuple(passed(fact) for fact in course.facts),
    )
