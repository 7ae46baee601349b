"""What changes because time passes: reviews that are overdue, adherence as of now."""

from dataclasses import dataclass
from datetime import datetime

from streams.progression.incremental import derived
from streams.progression.ladder import Track
from streams.progression.signals import adherence
from streams.progression.state import PatientState


@dataclass(frozen=True)
class Assessment:
    """One open episode at one instant. ``adherence_14d`` is a share (0-1); None where it is unknown."""

    episode_id: str
    overdue: tuple[Track, ...]
    adherence_14d: float | None


def assess(state: PatientState, now: datetime) -> tuple[Assessment, ...]:
    """The open episodes of a patient as they stand at ``now``, by episode id."""
    found = []
    for name, episode in derived(state).episodes.items():
        if episode.gathered.closed is not None:
            continue
        overdue = tuple(
            track.course.track
            for track in episode.tracks
            if track.next_review_at is not None and track.next_review_at < now
        )
        start = episode.time_zero or episode.gathered.opened.occurred_at
        share = adherence(episode.sessions.all, episode.program, start, now) if start <= now else None
        found.append(Assessment(name, overdue, share))
    return tuple(found)
