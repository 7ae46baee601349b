"""Makes up a stream of many patients in which everything goes wrong that can go wrong with an event.

The same seed gives the same stream, byte for byte. Late, said twice, corrected, taken back (also before
what is taken back), merged, erased; between them records that are no events.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from contracts import events
from contracts.events import Event

START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POISON: Final = 500
"""Of so many records one is no event."""


class Sent(NamedTuple):
    """One record as it is produced."""

    key: bytes | None
    value: bytes | None


@dataclass
class Person:
    """Says events about one patient; ``said`` holds (day of arrival, event)."""

    number: int
    dice: random.Random
    said: list[tuple[float, Event]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = named("patient", self.number)
        self.episode = named("episode", self.number)
        self.begins = self.dice.uniform(0, 120)

    def say(self, kind: type, day: float, **fields: Any) -> Any:
        """An event of this day, which comes at once, or now and then some days later, or twice."""
        event = self.event(kind, day, **fields)
        comes = day + self.dice.choice((0, 0, 0, 0, 0, 0, 0.1, 20))
        self.said.append((comes, event))
        if self.dice.random() < 0.03:
            self.said.append((comes + 5, event))
        return event

    def event(self, kind: type, day: float, **fields: Any) -> Any:
        """An event of this day, which nobody said yet."""
        at = START + timedelta(days=self.begins + day)
        identity = (str(len(self.said)),)
        fields = {"source": "therapist_form"} | fields
        return kind(
            event_id=events.event_id_of(self.key, fields["source"], kind.__name__, identity),
            patient_key=self.key,
            occurred_at=at,
            received_at=at,
            contract_version=1,
            **fields,
        )


def named(*words: object) -> str:
    """32 hex digits that stand for these words."""
    return sha256("/".join(map(str, words)).encode()).hexdigest()[:32]


def course(person: Person) -> None:
    """An episode, a program, sessions with symptoms and sets, measurements."""
    dice, episode = person.dice, person.episode
    person.say(events.EpisodeOpened, 0, episode_id=episode, condition="post_injury", clinic="north",
               zone="Europe/Oslo")  # fmt: skip
    track = events.TrackEntry(muscle_group="quadriceps", side="left", stage="S1")
    person.say(events.ProgramAssigned, 1, episode_id=episode, program="strength", tracks=(track,),
               muscle_groups=("quadriceps",), sessions_per_week=3.0, policy_version=1)  # fmt: skip
    for number in range(dice.randrange(6, 12)):
        session(person, 2 + 2.5 * number, named("session", person.number, number))
    for day in (3, 30):
        person.say(events.OutcomeMeasured, day, measure="nprs", value=float(dice.randrange(9)), unit="score",
                   method="self_report", device_class="questionnaire", episode_id=episode)  # fmt: skip


def session(person: Person, day: float, session_id: str) -> None:
    """One session, mostly a good one; now and then with pain, that day or the next morning."""
    dice = person.dice
    tied = {"session_id": session_id, "episode_id": person.episode}
    person.say(
        events.SessionRecorded, day, place="clinic", attended=dice.random() < 0.95, quality=0.9, **tied
    )
    person.say(events.SymptomReported, day + 0.02, phase="during", pain=_pain(dice), **tied)
    person.say(events.ExerciseSetRecorded, day + 0.01, source="motion_sensor", exercise="knee extension",
               muscle_group="quadriceps", side="left", prescribed_reps=10, completed_reps=10,
               correct_reps=dice.choice((8, 10, 10, 10, 10)), load_kg=10.0, **tied)  # fmt: skip
    person.say(events.SymptomReported, day + 0.9, source="home_app", phase="next_morning", pain=_pain(dice),
               soreness="none", **tied)  # fmt: skip


def _pain(dice: random.Random) -> float:
    return float(dice.choice((0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 3, 6)))


def second_thoughts(person: Person) -> None:
    """Corrections, retractions, a therapist's stage, a closing, an erasure."""
    dice = person.dice
    targets = [event for _, event in person.said if isinstance(event, events.SymptomReported)]
    if dice.random() < 0.3:
        person.say(events.EventCorrected, 31, corrects=dice.choice(targets).event_id,
                   changes={"pain": float(dice.randrange(8))}, reason_code="wrong_value")  # fmt: skip
    if dice.random() < 0.3:  # of these some come before what they speak of
        person.say(events.EventRetracted, dice.choice((2, 32)), retracts=dice.choice(targets).event_id,
                   reason_code="entered_in_error")  # fmt: skip
    if dice.random() < 0.2:
        person.say(events.StageOverridden, 20, muscle_group="quadriceps", side="left", to_stage="S3",
                   reason_code="clinical_judgement", episode_id=person.episode)  # fmt: skip
    if dice.random() < 0.3:
        person.say(events.EpisodeClosed, 60, episode_id=person.episode, reason="goals_met")
    if dice.random() < 0.05:
        person.say(events.PatientErased, dice.choice((15, 50)))


def merged(person: Person, other: Person) -> None:
    """Two keys were one person: what was said under the other key is said again, and taken back there."""
    day = 40.0
    person.say(events.PatientsMerged, day, other_key=other.key)
    other.say(events.PatientsMerged, day + person.begins - other.begins, other_key=person.key)
    comes = day + person.begins - other.begins
    for arrived, event in [each for each in other.said if each[0] < comes]:
        if isinstance(event, events.EventRetracted | events.PatientsMerged | events.PatientErased):
            continue
        moved = {"event_id": named("moved", event.event_id), "patient_key": person.key}
        person.said.append((max(arrived, day), _changed(event, moved)))
        other.say(events.EventRetracted, comes, retracts=event.event_id, reason_code="wrong_patient")


def _changed(event: Event, fields: dict[str, Any]) -> Event:
    return msgspec.structs.replace(event, **fields)


def stream(patients: int, seed: int, most: int | None = None) -> list[Sent]:
    """The histories of so many patients, interleaved by arrival, at most ``most`` records, encoded."""
    dice = random.Random(seed)
    people = [Person(number, dice) for number in range(patients)]
    for person in people:
        course(person)
        second_thoughts(person)
    for one, other in zip(people[::20], people[1::20], strict=False):
        merged(*sorted((one, other), key=lambda person: person.key))
    arrivals = [(person.begins + day, event) for person in people for day, event in person.said]
    arrivals.sort(key=lambda pair: (pair[0], pair[1].event_id))
    return list(_poisoned((event for _, event in arrivals), dice))[:most]


def _poisoned(said: Iterator[Event], dice: random.Random) -> Iterator[Sent]:
    for event in said:
        key, value = event.patient_key.encode(), events.encode(event)
        if dice.randrange(POISON) == 0:
            half = value[: len(value) // 2]
            yield Sent(*dice.choice(((key, half), (key, None), (b"another", value), (None, b"\xff"))))
        yield Sent(key, value)
