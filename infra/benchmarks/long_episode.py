"""One long episode as a clinic would write it: 60 sessions, 400 sets, 3 tracks, symptoms and outcomes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contracts import events
from contracts.events import Envelope, Event, TrackEntry

SESSIONS: Final = 60
SETS: Final = 400
BEGIN: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
GROUPS: Final = ("quadriceps", "hamstrings", "hip_abductors")
EVERY: Final = timedelta(days=2, hours=8)
"""Between two sessions: three a week, for twenty weeks."""
KEY: Final = "5f" * 16
EPISODE: Final = "e0" * 16


def long_episode() -> list[Event]:
    """All its events in the order of their time."""
    said = [*_opening(), *(event for number in range(SESSIONS) for event in session(number))]
    return sorted(said, key=lambda event: (event.occurred_at, event.event_id))


def session(number: int) -> Iterator[Event]:
    """What is said of one session: itself, its sets, its symptoms, and every sixth time a measurement."""
    at = BEGIN + timedelta(days=1) + number * EVERY
    named = {"session_id": f"{number:032x}", "episode_id": EPISODE}
    yield _event(events.SessionRecorded, f"{number}", at, **named, **ATTENDED)
    for place in range(SETS * number // SESSIONS, SETS * (number + 1) // SESSIONS):
        yield _event(
            events.ExerciseSetRecorded,
            f"{place}",
            at + timedelta(minutes=2 + 4 * (place % 7)),
            **named,
            **_performed(place),
        )
    for phase, hours in (("before", 0.0), ("during", 0.5), ("after", 1.0), ("next_morning", 23.0)):
        told = _symptom(number, phase)
        yield _event(
            events.SymptomReported, f"{number}/{phase}", at + timedelta(hours=hours), **named, **told
        )
    if number % 6 == 0:
        yield from _measurements(number, at + timedelta(hours=1))


def _opening() -> Iterator[Event]:
    opened = {"condition": "post_surgical", "clinic": "bench", "zone": "Europe/Berlin", "side": "left"}
    yield _event(events.EpisodeOpened, "opened", BEGIN, episode_id=EPISODE, **opened)
    tracks = tuple(TrackEntry(muscle_group=group, side="left", stage="S0") for group in GROUPS)  # type: ignore[arg-type]
    yield _event(
        events.ProgramAssigned,
        "program",
        BEGIN + timedelta(hours=1),
        episode_id=EPISODE,
        program="strength_led",
        techniques=("therapeutic_exercise", "balance_exercise"),
        muscle_groups=GROUPS,
        goals=("regain_strength", "return_to_sport"),
        sessions_per_week=3.0,
        tracks=tracks,
    )


def _performed(place: int) -> dict[str, Any]:
    """One set; a few fall short, as they do."""
    return {
        "exercise": ("knee extension", "leg curl", "side step")[place % 3],
        "muscle_group": GROUPS[place % 3],
        "side": "left",
        "prescribed_reps": 10,
        "completed_reps": 10 - (place % 11 == 0),
        "correct_reps": 10 - place % 3 % 2,
        "load_kg": 5.0 + place // 20 * 0.5,
    }


def _symptom(number: int, phase: str) -> dict[str, Any]:
    flare = 2.0 if number % 13 == 0 else 0.0
    pain = {"before": 1.0, "during": 2.0, "after": 2.0, "next_morning": 1.0}[phase] + flare
    soreness = "warmup_resolves" if phase == "during" and number % 9 == 0 else None
    return {"phase": phase, "pain": pain, "soreness": soreness, "effusion_grade": 0.5 if flare else 0.0}


def _measurements(number: int, at: datetime) -> Iterator[Event]:
    pain = {"measure": "nprs", "unit": "score", "method": "self_report", "device_class": "questionnaire"}
    force = {
        "measure": "muscle_strength",
        "unit": "N",
        "method": "isometric",
        "device_class": "hand_held_dynamometer",
        "rater": "4a" * 16,
    }
    yield _event(events.OutcomeMeasured, f"{number}/nprs", at, episode_id=EPISODE, value=4.0, **pain)
    for group in GROUPS:
        yield _event(
            events.OutcomeMeasured,
            f"{number}/{group}",
            at,
            episode_id=EPISODE,
            value=180.0 + number,
            muscle_group=group,
            side="left",
            **force,
        )


def _event(kind: type[Envelope], name: str, at: datetime, **fields: Any) -> Any:
    said = events.event_id_of(KEY, "bench", kind.__name__, (name,))
    carried: dict[str, Any] = {"event_id": said, "patient_key": KEY, "occurred_at": at, "received_at": at}
    return kind(**carried, source="bench_form", contract_version=1, **fields)


ATTENDED: Final[dict[str, Any]] = {"place": "clinic", "attended": True, "quality": 0.9, "duration_min": 45.0}
