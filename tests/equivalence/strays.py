"""Single events of any kind, at any time, about anything: what no course of care would say."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from courses import DOSES, MINUTE, PLACES, SOURCES, STAGE, TRACKS, episode_of, exercise_set, program, symptom
from hypothesis import strategies as st
from patients import START, Patient, name_of

from contracts import events
from contracts.vocabulary import STAGES

DAYS = st.integers(0, 200).map(lambda quarter: quarter / 4)
EPISODES = st.sampled_from([None, "first", "first", "second", "third", "never opened"])
MEASURES_OF_ONE = (
    ("muscle_torque", "Nm", "isometric", "hand_held_dynamometer"),
    ("muscle_torque", "Nm", "isokinetic", "isokinetic_dynamometer"),
)
"""One construct, measured in two ways."""
MEASURES = st.sampled_from(
    [
        ("nprs", "score", "self_report", "questionnaire"),
        *MEASURES_OF_ONE,
        ("not_in_the_registry", "s", "timed", "stopwatch"),
    ]
)
EDGES = st.sampled_from(
    [
        datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        START, START + timedelta(microseconds=1),
    ]
)  # fmt: skip
"""The ends of the calendar, a night in which a clock was set on, the beginning of all counting."""


@st.composite
def stray(draw: st.DrawFn, patient: Patient) -> None:
    """One event of any kind, at any time, about any episode; some at the clock's edges."""
    word = draw(EPISODES)
    episode = None if word is None else episode_of(patient, word)
    before = len(patient.said)
    TELL[draw(st.sampled_from(sorted(TELL)))](draw, patient, _day(draw, patient), episode)
    if draw(st.integers(0, 19)) == 0 and len(patient.said) > before:
        arrived, event = patient.said.pop()
        at = draw(EDGES)
        patient.said.append((arrived, msgspec.structs.replace(event, occurred_at=at, received_at=at)))


def _day(draw: Any, patient: Patient) -> float:
    """Any day, or the very time of something that was said."""
    if draw(st.booleans()):
        after = draw(st.sampled_from([0.0, 0.0, MINUTE, 89 * MINUTE, -30 * MINUTE, 1.0]))
        return (draw(st.sampled_from(_times(patient))) - START) / timedelta(days=1) + after
    return float(draw(DAYS))


def _times(patient: Patient) -> list[datetime]:
    """The times of what was said, but for the calendar's ends."""
    said = [event.occurred_at for _, event in patient.said]
    return [START, *(each for each in said if 1900 < each.year < 2100)]


def _known(draw: Any, patient: Patient) -> str:
    known = [event.event_id for _, event in patient.said]
    return str(draw(st.sampled_from([*known, *known, name_of("never said")])))


def _opened(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.opened(day, episode_id=episode or episode_of(patient, "second"), zone="Asia/Tokyo")


def _program(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    tracks = [draw(st.sampled_from(TRACKS))] if draw(st.booleans()) else [*TRACKS[:2]]
    program(draw, patient, day, episode or episode_of(patient, "first"), tracks)


def _no_entry(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.program(
        None,
        day,
        episode_id=episode or episode_of(patient, "first"),
        muscle_groups=("deltoid",),
        sessions_per_week=draw(DOSES),
    )


def _session(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(
        events.SessionRecorded, day, place=draw(PLACES), attended=draw(st.booleans()), episode_id=episode,
        red_flag=draw(st.integers(0, 9)) == 0, quality=draw(st.sampled_from([None, 0.5, 0.8, 0.9])),
        session_id=draw(st.sampled_from([None, "s1", "s2"])), source=draw(st.sampled_from(SOURCES)),
    )  # fmt: skip


def _symptom(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    symptom(draw, patient, day, episode, draw(st.sampled_from(["s1", "s2"])))


def _set(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    done = draw(st.sampled_from(["10/7/7", "10/10/10", "10/12/12", "-/-/-"]))
    about = {"session_id": draw(st.sampled_from([None, "s1"])), "place": draw(PLACES)}
    exercise_set(patient, day, draw(st.sampled_from(TRACKS)), (done, 1 / 3), episode_id=episode, **about)


def _outcome(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    measure, unit, method, device = draw(MEASURES)
    about: dict[str, Any] = {}
    if draw(st.booleans()):
        about["muscle_group"], about["side"] = draw(st.sampled_from(TRACKS))
    patient.measured(
        day, draw(st.sampled_from([3.0, 4.25, 1 / 3, -0.0])), episode_id=episode, measure=measure, unit=unit,
        method=method, device_class=device, rater=draw(st.sampled_from([None, "ann", "bob"])), **about,
    )  # fmt: skip


def _measured_again(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    """One construct in two ways, or by two raters."""
    device_changes = draw(st.booleans())
    hands = (
        (MEASURES_OF_ONE[0], "ann"),
        (MEASURES_OF_ONE[1], "ann") if device_changes else (MEASURES_OF_ONE[0], "bob"),
    )
    for number, ((measure, unit, method, device), rater) in enumerate(hands):
        patient.measured(
            day + 7 * number, 20.0 + number, episode_id=episode, measure=measure, unit=unit, method=method,
            device_class=device, rater=rater, muscle_group="quadriceps", side="left",
        )  # fmt: skip


def _override(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    group, side = draw(st.sampled_from(TRACKS))
    patient.override(draw(STAGE), day, episode_id=episode, muscle_group=group, side=side)


def _closed(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    name = episode or episode_of(patient, "first")
    patient.say(events.EpisodeClosed, day, episode_id=name, reason="goals_met")


ODD: list[Any] = [
    None, -1, 10**40, 1e308, 0.5, True, "", "words", [], {"a": [1]}, "S4", "right", "clinic", "home", "s1",
    "2026-01-20T10:00:00+02:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
]  # fmt: skip
"""What a correction may say of any field, whether it fits or not."""
RIGHT: list[dict[str, Any]] = [
    {"pain": 9.0}, {"pain": 0.0}, {"attended": False}, {"attended": True}, {"completed_reps": 1},
    {"to_stage": "S1"}, {"quality": 0.1}, {"quality": 0.95}, {"session_id": "s2"}, {"phase": "before"},
    {"phase": "next_morning"}, {"side": "bilateral"}, {"muscle_group": "hamstrings"}, {"no_such_field": 1},
    {"policy_version": 99}, {"sessions_per_week": 7.0}, {"zone": "America/New_York"}, {"tracks": []},
    {"condition": "carpal_tunnel"}, {"red_flag": True}, {"place": "home"}, {"episode_id": None},
    {"value": 7.5}, {"tracks": [{"muscle_group": "quadriceps", "side": "left", "stage": STAGES[3]}]},
]  # fmt: skip
"""What a correction may say with sense, of one kind of event or another."""


def _corrected(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    fields = sorted({name for _, each in patient.said for name in each.__struct_fields__})
    odd = st.builds(
        lambda name, value: {name: value}, st.sampled_from([*fields, "pain"]), st.sampled_from(ODD)
    )
    moved = st.builds(
        lambda at: {"occurred_at": (at + timedelta(days=3)).isoformat()}, st.sampled_from(_times(patient))
    )
    elsewhere = st.just({"episode_id": episode})
    changes = draw(st.sampled_from(RIGHT) | st.sampled_from(RIGHT) | odd | moved | elsewhere)
    patient.say(events.EventCorrected, day, corrects=_known(draw, patient), changes=changes)


def _corrected_again(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    """Another correction of what was corrected before, at the same time or at another."""
    before = [each for _, each in patient.said if isinstance(each, events.EventCorrected)]
    if not before:
        _corrected(draw, patient, day, episode)
        return
    other = draw(st.sampled_from(before))
    again = (other.occurred_at - START) / timedelta(days=1) if 1900 < other.occurred_at.year < 2100 else day
    at = draw(st.sampled_from([again, day]))
    changes = draw(st.sampled_from([other.changes, *RIGHT]))
    patient.say(events.EventCorrected, at, corrects=other.corrects, changes=changes)


def _retracted(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(events.EventRetracted, day, retracts=_known(draw, patient))


def _merged(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    patient.say(events.PatientsMerged, day, other_key=name_of("other", draw(st.integers(0, 2))))


def _contradicted(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    """The same id with another content: the smaller of the two stands, whichever comes first."""
    told = [event for _, event in patient.said if hasattr(event, "episode_id")]
    if told:
        event = draw(st.sampled_from(told))
        patient.said.append((day, msgspec.structs.replace(event, source=draw(st.sampled_from(SOURCES)))))


def _erased(draw: Any, patient: Patient, day: float, episode: str | None) -> None:
    if draw(st.integers(0, 7)) == 0:
        patient.erased(day)


TELL = {
    "opened": _opened, "program": _program, "no entry": _no_entry, "session": _session, "symptom": _symptom,
    "set": _set, "outcome": _outcome, "measured again": _measured_again, "override": _override,
    "closed": _closed, "corrected": _corrected, "corrected again": _corrected_again, "retracted": _retracted,
    "merged": _merged, "erased": _erased, "contradicted": _contradicted,
}  # fmt: skip
"""By name, who tells an event of that kind."""
