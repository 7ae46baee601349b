"""The alphabet of short histories: one letter is one event of one patient, always the same one.

Letters that belong together (a session, what is said of it, what takes it back) are few, so that even six
of them often meet. ``short_histories`` draws the histories whose every order is tried.
"""

import random
from collections.abc import Iterator
from typing import Any

import msgspec
from patients import Patient, name_of

from contracts import events
from contracts.events import Event, TrackEntry

_ANYBODY = Patient("anybody")
_FIRST, _SECOND = _ANYBODY.episode_id, name_of("episode", "anybody", "second")
_SESSION, _NEXT = name_of("session", "anybody", 3), name_of("session", "anybody", 10)


def _said(kind: type, day: float, identity: str, **fields: Any) -> Event:
    patient = Patient("anybody")
    event: Event = patient.say(kind, day, identity, **fields)
    return event


def _track(side: str, stage: str) -> TrackEntry:
    return TrackEntry(muscle_group="quadriceps", side=side, stage=stage)  # type: ignore[arg-type]


def _program(day: float, identity: str, episode: str, *tracks: TrackEntry) -> Event:
    return _said(
        events.ProgramAssigned, day, identity, episode_id=episode, program=identity, tracks=tracks,
        muscle_groups=("quadriceps",), sessions_per_week=1.0,
    )  # fmt: skip


def _opened(day: float, identity: str, episode: str) -> Event:
    about = {"condition": "post_injury", "clinic": "north", "zone": "Europe/Oslo"}
    return _said(events.EpisodeOpened, day, identity, episode_id=episode, **about)


def _session(day: float, identity: str, **fields: Any) -> Event:
    given = {"place": "clinic", "attended": True, "quality": 0.9} | fields
    return _said(events.SessionRecorded, day, identity, **given)


def _set(day: float, identity: str, **fields: Any) -> Event:
    done = {"prescribed_reps": 10, "completed_reps": 10, "load_kg": 10.0}
    about = {"exercise": "extension", "muscle_group": "quadriceps", "side": "left"}
    return _said(events.ExerciseSetRecorded, day, identity, **about | done | fields)


def _override(day: float, identity: str, stage: str, side: str) -> Event:
    return _said(
        events.StageOverridden, day, identity, muscle_group="quadriceps", side=side, to_stage=stage,
        reason_code="clinical_judgement", episode_id=_FIRST,
    )  # fmt: skip


def _corrected(day: float, identity: str, target: Event, **changes: Any) -> Event:
    return _said(events.EventCorrected, day, identity, corrects=target.event_id, changes=changes)


def _retracted(day: float, identity: str, target: Event) -> Event:
    return _said(events.EventRetracted, day, identity, retracts=target.event_id)


def _alphabet() -> dict[str, Event]:
    made = {
        "opened": _opened(0, "opened", _FIRST),
        "program": _program(0.01, "program", _FIRST, _track("left", "S2"), _track("bilateral", "S1")),
        "session": _session(3, "session", session_id=_SESSION, episode_id=_FIRST),
        "same session by the app": _session(3.0625, "app", attended=False, red_flag=True, source="home_app"),
        "pain in the session": _said(
            events.SymptomReported, 3.02, "pain", phase="during", pain=6.0, session_id=_SESSION
        ),
        "morning without a name": _said(
            events.SymptomReported, 3.9, "morning", phase="next_morning", pain=1.0
        ),
        "set": _set(3.01, "set", session_id=_SESSION),
        "next session, red flag": _session(10, "next", red_flag=True, session_id=_NEXT, episode_id=_FIRST),
        "set of the other side": _set(10.01, "other side", side="right", source="motion_sensor"),
        "override": _override(5, "override", "S4", "left"),
        "override at the time of the next session": _override(10, "override again", "S5", "bilateral"),
        "second episode opened": _opened(4, "opened again", _SECOND),
        "second program": _program(9, "second program", _SECOND, _track("left", "S0")),
        "closed": _said(events.EpisodeClosed, 8, "closed", episode_id=_FIRST, reason="goals_met"),
        "measured": _said(
            events.OutcomeMeasured, 2, "measured", measure="nprs", value=4.0, unit="score",
            method="self_report", device_class="questionnaire",
        ),
        "merge": _said(events.PatientsMerged, 6, "merge", other_key=name_of("other")),
        "erasure": _said(events.PatientErased, 20, "erasure"),
    }  # fmt: skip
    return made | _about(made)


def _about(made: dict[str, Event]) -> dict[str, Event]:
    """Letters that speak of other letters."""
    pain, session, set_ = made["pain in the session"], made["session"], made["set"]
    worse = _corrected(7, "pain corrected", pain, pain=1.0)
    return {
        "pain corrected": worse,
        "pain corrected otherwise at the same time": _corrected(7, "once more", pain, effusion_grade=2.0),
        "session corrected into another time": _corrected(
            6, "moved", session, occurred_at="2026-01-16T08:00:00Z"
        ),
        "program corrected": _corrected(6, "stage", made["program"], tracks=[]),
        "correction that does not fit": _corrected(6, "misfit", set_, completed_reps="many"),
        "retraction of the session": _retracted(7, "session retracted", session),
        "retraction of the correction": _retracted(9, "correction retracted", worse),
        "retraction of the program": _retracted(9, "program retracted", made["program"]),
        "retraction of the merge": _retracted(9, "merge retracted", made["merge"]),
        "retraction of the override": _retracted(9, "override retracted", made["override"]),
        "other content under the id of the set": msgspec.structs.replace(set_, source="home_app"),
    }


ALPHABET = _alphabet()
"""The letters by name."""

NEEDED = ("opened", "program")
"""Without these two there is no track: most histories have them."""
ABOUT_OTHERS: dict[str, tuple[str, ...]] = {
    "pain in the session": ("session",),
    "pain corrected": ("pain in the session", "session"),
    "pain corrected otherwise at the same time": ("pain in the session", "pain corrected"),
    "session corrected into another time": ("session",),
    "correction that does not fit": ("set",),
    "retraction of the session": ("session",),
    "retraction of the correction": ("pain in the session", "pain corrected"),
    "set": ("session",),
    "same session by the app": ("session",),
    "second program": ("second episode opened",),
    "other content under the id of the set": ("set",),
    "retraction of the merge": ("merge",),
    "retraction of the override": ("override",),
}
"""What a letter speaks of: it is drawn together with it three times out of four."""


def short_histories(number: int, seed: int = 0) -> Iterator[dict[str, Event]]:
    """So many different histories of three to six letters, most of them of five or six; by letter."""
    dice, seen = random.Random(seed), set()
    while len(seen) < number:
        letters = _drawn(dice, dice.choice([3, 4, 5, 5, 6, 6]))
        if letters not in seen:
            seen.add(letters)
            yield {letter: ALPHABET[letter] for letter in letters}


def _drawn(dice: random.Random, size: int) -> tuple[str, ...]:
    letters: set[str] = set(NEEDED) if dice.random() < 0.85 else set()
    names = sorted(ALPHABET)
    while len(letters) < size:
        letter = dice.choice(names)
        if letter == "erasure" and dice.random() < 0.3:
            continue
        letters.add(letter)
        if dice.random() < 0.75:
            letters.update(ABOUT_OTHERS.get(letter, ()))
    return tuple(sorted(dice.sample(sorted(letters), size)))
