"""What a therapist needs of an episode, as the JSON that is stored, published and shown."""

from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.vocabulary import Stage
from streams.progression.course import Decision
from streams.progression.derive import Episode, TrackNow
from streams.progression.fact import Fact, Kind

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Moment(msgspec.Struct, frozen=True):
    """A standing fact in short, as a view holds it."""

    fact_id: str
    kind: Kind
    from_stage: Stage | None
    to_stage: Stage
    rule: str
    occurred_at: datetime


class _Track(msgspec.Struct, frozen=True):
    history: tuple[Moment, ...] = ()


class _View(msgspec.Struct, frozen=True):
    tracks: tuple[_Track, ...] = ()


_HISTORY: Final = msgspec.json.Decoder(_View)


def view_of(episode: Episode) -> dict[str, Any]:
    """The view of an episode, ready to be encoded; instants are UTC."""
    opened, closed, program = episode.gathered.opened, episode.gathered.closed, episode.program
    attended = len(episode.sessions.attended)
    return {
        "episode_id": opened.episode_id,
        "condition": opened.condition,
        "clinic": opened.clinic,
        "zone": opened.zone,
        "side": opened.side,
        "therapist": opened.therapist,
        "opened_at": opened.occurred_at,
        "closed_at": closed.occurred_at if closed else None,
        "close_reason": closed.reason if closed else None,
        "program": program.program if program else None,
        "policy": program.policy if program else None,
        "policy_version": program.policy_version if program else None,
        "time_zero": episode.time_zero,
        "sessions_attended": attended,
        "sessions_missed": len(episode.sessions.all) - attended,
        "tracks": [_track(track) for track in episode.tracks],
        "outcomes": episode.outcomes,
        "quality": episode.quality,
    }


def encode_view(episode: Episode) -> bytes:
    """The view as JSON bytes, keys in a fixed order."""
    return _ENCODER.encode(view_of(episode))


def history_of(view: bytes) -> tuple[Moment, ...]:
    """The standing facts that a view names, track by track."""
    return tuple(moment for track in _HISTORY.decode(view).tracks for moment in track.history)


def _track(track: TrackNow) -> dict[str, Any]:
    course = track.course
    return {
        "muscle_group": course.track[0],
        "side": course.track[1],
        "stage": course.stage,
        "since": course.since,
        "sessions_in_stage": course.sessions_in_stage,
        "good_streak": course.good_streak,
        "pain_trend": track.pain_trend,
        "adherence_14d": track.adherence_14d,
        "plateau": track.plateau,
        "regression": track.regression,
        "last_decision": _decision(course.last_decision) if course.last_decision else None,
        "missing": track.missing,
        "next_review_at": track.next_review_at,
        "history": [_moment(fact) for fact in course.facts],
    }


def _moment(fact: Fact) -> Moment:
    return Moment(fact.fact_id, fact.kind, fact.from_stage, fact.to_stage, fact.rule, fact.occurred_at)


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "decided_at": decision.decided_at,
        "action": decision.action,
        "rule": decision.rule,
        "says": decision.says,
        "advice": decision.advice,
        "inputs": decision.signals.known(),
        "missing": decision.missing,
        "from_stage": decision.from_stage,
        "to_stage": decision.to_stage,
        "evidence": decision.evidence,
        "window_from": decision.stands_on.window_from,
        "policy": decision.policy,
        "policy_version": decision.policy_version,
    }
