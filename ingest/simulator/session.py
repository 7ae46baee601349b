"""One session of a patient: attended or missed, its symptoms, its sets, and the next morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.simulator import formats
from ingest.simulator.formats import SourceRecord
from ingest.simulator.person import Person

SESSION_DAYS = tuple(3 + 7 * week for week in range(12))
MISSED_REASONS = ("cancelled", "no_show", "illness", "travel")
RELAPSE_DAYS = range(42, 60)
RED_FLAG = 0.9985
"""Sessions whose die is above it end with a red flag; a few of all."""
START_PAIN = (2.9, 3.7, 4.6)


@dataclass(frozen=True)
class Signals:
    """What decides a session: patient, number and planned day, recovery reached, and its dice."""

    person: Person
    number: int
    planned: int
    reached: float
    dice: list[float]

    @property
    def day(self) -> int:
        """Days after the assignment on which it takes place."""
        return self.planned + int(self.dice[0] * 3) - 1

    @property
    def relapsed(self) -> bool:
        """Whether it falls into a relapse."""
        return self.person.pattern == "relapse" and self.planned in RELAPSE_DAYS

    @property
    def place(self) -> str:
        """Every third session of a patient with the app is done at home."""
        return "home" if self.person.uses_app and self.number % 3 == 2 else "clinic"

    @property
    def pain(self) -> float:
        """Pain during the session, 0-10."""
        level = START_PAIN[self.person.severity] * (1 - 0.8 * min(self.reached, 1.1))
        noise = 1.6 * (self.dice[1] + self.dice[2] - 1.0)
        return _score(level + noise + (3.0 if self.relapsed else 0.0))

    @property
    def quality(self) -> float:
        """Share of movements done well."""
        return round(min(1.0, max(0.4, 0.74 + 0.22 * self.reached + 0.12 * (self.dice[3] - 0.5))), 2)

    @property
    def soreness(self) -> str:
        """Soreness as the patient tells it."""
        if self.relapsed and self.dice[4] < 0.4:
            return "warmup_persists"
        steps = ((0.86, "none"), (0.94, "next_day"), (1.01, "warmup_resolves"))
        return next(word for limit, word in steps if self.dice[4] < limit)

    @property
    def effusion(self) -> float | None:
        """Effusion grade where a joint was operated on."""
        if not self.person.cell.effusion:
            return None
        if self.number < 2 and self.dice[5] < 0.3:
            return 1.0
        return 2.0 if self.relapsed and self.dice[5] < 0.3 else 0.5 if self.number < 4 else 0.0


def _score(value: float) -> float:
    return round(min(10.0, max(0.0, value)), 1)


def session_records(signals: Signals) -> Iterator[SourceRecord]:
    """The session's records; none after the patient has left or the run has ended."""
    person = signals.person
    if not person.takes_part(signals.day):
        return
    at = person.at(signals.day, 480 + int(signals.dice[6] * 540))
    number = f"{signals.number:02d}"
    if signals.dice[7] > person.adherence:
        yield from _missed(signals, number, at)
        return
    if signals.place == "home":
        yield _home(signals, number, at)
    else:
        yield from _in_clinic(signals, number, at)
    yield from _sets(signals, number, at + timedelta(minutes=8))
    if person.uses_app and person.takes_part(signals.day + 1):
        yield _next_morning(signals, number)


def _missed(signals: Signals, number: str, at: datetime) -> Iterator[SourceRecord]:
    reason = MISSED_REASONS[int(signals.dice[8] * 4)]
    if signals.place == "home":
        yield formats.home_session(signals.person, number, at, attended=False, missed_reason=reason)
    else:
        yield formats.clinic_session(signals.person, number, at, attended=False, missed_reason=reason)


def _home(signals: Signals, number: str, at: datetime) -> SourceRecord:
    return formats.home_session(
        signals.person,
        number,
        at,
        attended=True,
        duration_min=15 + int(signals.dice[9] * 15),
        quality=signals.quality,
        pain_before=_score(signals.pain - 0.5),
        pain_during=signals.pain,
        pain_after=_score(signals.pain - 0.2 + signals.dice[8]),
        soreness=signals.soreness,
    )


def _in_clinic(signals: Signals, number: str, at: datetime) -> Iterator[SourceRecord]:
    yield formats.clinic_session(
        signals.person,
        number,
        at,
        attended=True,
        duration_min=signals.person.program.minutes,
        quality=signals.quality,
        red_flag=signals.dice[10] > RED_FLAG or None,
    )
    yield formats.symptoms(
        signals.person,
        number,
        at + timedelta(minutes=25),
        pain=signals.pain,
        soreness=signals.soreness,
        effusion_grade=signals.effusion,
    )


def _sets(signals: Signals, number: str, at: datetime) -> Iterator[SourceRecord]:
    """One set per muscle group of the program, as the motion sensor saw it."""
    prescribed = 10 + 2 * (signals.number >= 6)
    completed = prescribed - int(signals.relapsed or signals.dice[10] < 0.08) * 3
    for position, group in enumerate(signals.person.cell.muscle_groups):
        reps = {
            "prescribed_reps": prescribed,
            "completed_reps": completed,
            "correct_reps": round(completed * min(1.0, signals.quality + 0.05)),
            "load_kg": round(0.5 * int(2 + 16 * max(signals.reached, 0.0)), 1)
            if signals.number >= 4
            else 0.0,
            "range_deg": round(35 + 40 * signals.reached + 8 * signals.dice[11], 1),
            "peak_speed_deg_s": round(60 + 70 * signals.reached + 20 * signals.dice[9], 1),
        }
        moment = at + timedelta(minutes=6 * position)
        yield formats.motion_sensor(signals.person, number, moment, group, signals.place, reps)


def _next_morning(signals: Signals, number: str) -> SourceRecord:
    at = signals.person.at(signals.day + 1, 420 + int(signals.dice[11] * 60))
    worse = 1.2 if signals.relapsed or signals.dice[8] > 0.93 else -0.6
    return formats.next_morning(signals.person, number, at, pain=_score(signals.pain + worse))
