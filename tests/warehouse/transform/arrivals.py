"""Made-up arrivals in a random order: what is said late, twice, put right, taken back, of merged people."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from told import ZERO, People, days

from contracts import events as said
from contracts.vocabulary import MuscleGroup

PEOPLE = 12
LATE = 0.25
"""Share of what is told a step or more later than it happened."""
ENDS = (40, 57, 99, 130)
"""Days after the usual time zero at which the steps end: follow-ups fall due in between."""
CONDITIONS = ("neck_pain", "carpal_tunnel", "none")
GROUPS: tuple[tuple[MuscleGroup, ...], ...] = (("neck_flexors",), ("neck_flexors", "neck_extensors"), ())


class Arrivals:
    """Events of a few people by the step in which they arrive; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.steps: list[list[said.Event]] = [[] for _ in ENDS]
        keys = [f"{self.draw.getrandbits(124):031x}{number:x}" for number in range(PEOPLE)]
        self.quiet = keys[:4]
        """Of these nothing but their merging is told in the last step."""
        for key in keys:
            self._person(key)
        everything = [event for step in self.steps for event in step]
        self.keys = sorted({event.patient_key for event in everything})
        self._put_right(everything)
        self._merge()
        self._first_value_of_a_measure()

    def _person(self, key: str) -> None:
        people, draw = People(), self.draw
        episode = key[::-1]
        begin = ZERO + timedelta(days=draw.choice((0, 0, 1, 20, 45)), minutes=draw.randrange(600))
        known: dict[str, Any] = {
            "condition": draw.choice(CONDITIONS),
            "clinic": draw.choice(("north", "south")),
        }
        known["age_band"] = draw.choice(("18-29", "30-44", None))
        people.open(key, episode, begin - timedelta(hours=2), **known)
        if draw.random() < 0.9:
            groups = draw.choice(GROUPS)
            tracks = tuple(said.TrackEntry(muscle_group=one, side="midline", stage="S0") for one in groups)
            prescribed = {"program": draw.choice("ab"), "muscle_groups": groups, "tracks": tracks}
            people.assign(key, episode, begin, **prescribed)
        if draw.random() < 0.3:
            people.assign(key, episode, begin + timedelta(days=30), program=draw.choice("bc"))
        for number in range(draw.randrange(2, 7)):
            self._visit(people, key, draw.choice((episode, None)), begin + timedelta(days=1 + 9 * number))
        for day in draw.sample((0.2, 30, 41, 50, 84, 90), draw.randrange(5)):
            people.value(key, begin + timedelta(days=day), draw.randrange(5, 45), episode_id=episode)
        if draw.random() < 0.5:
            closed = begin + timedelta(days=draw.choice((60, 95)))
            people.add(said.EpisodeClosed, key, closed, episode_id=episode, reason="goals_met")
        for event in people.events:
            name = f"{key[:26]}{event.event_id[:4]}"
            self._arrives(msgspec.structs.replace(event, event_id=name))

    def _visit(self, people: People, key: str, episode: str | None, at: datetime) -> None:
        draw, session = self.draw, f"{self.draw.getrandbits(128):032x}"
        told = {"episode_id": episode, "session_id": draw.choice((session, None))}
        people.session(key, at, quality=0.8, **told)
        if draw.random() < 0.4:
            later = at + timedelta(minutes=draw.choice((20, 80, 95)))
            people.session(key, later, source="home_app", duration_min=40, **told)
        people.add(said.SymptomReported, key, at, phase="during", pain=draw.randrange(8), **told)
        exercise = {"exercise": "nod", "side": "midline", "muscle_group": "neck_flexors", "place": "clinic"}
        exercise |= told | {"completed_reps": draw.randrange(12)}
        people.add(said.ExerciseSetRecorded, key, at + timedelta(minutes=9), **exercise)
        if draw.random() < 0.5:
            people.strength(key, at, draw.randrange(80, 200), "neck_flexors", "midline")

    def _arrives(self, event: said.Event, step: int | None = None) -> int:
        """Let it be told in the step in which it happened, or later; sometimes twice."""
        happened = next((at for at, end in enumerate(ENDS) if event.occurred_at < days(end)), len(ENDS) - 1)
        late = self.draw.randrange(1, len(ENDS)) if self.draw.random() < LATE else 0
        last = len(ENDS) - (2 if step is None and event.patient_key in self.quiet else 1)
        arrives = min(max(happened + late, step or 0), last)
        self.steps[arrives].append(event)
        if self.draw.random() < 0.1:
            again = msgspec.structs.replace(event, received_at=event.received_at + timedelta(minutes=1))
            self.steps[self.draw.randrange(arrives, last + 1)].append(again)
        return arrives

    def _put_right(self, everything: list[said.Event]) -> None:
        for number, event in enumerate(self.draw.sample(everything, 14)):
            envelope: dict[str, Any] = {"event_id": f"{number:032x}", "patient_key": event.patient_key}
            envelope |= {"source": event.source, "contract_version": 1}
            for name in ("occurred_at", "received_at"):
                envelope[name] = getattr(event, name) + timedelta(days=1)
            if number % 2:
                self._arrives(said.EventRetracted(**envelope, retracts=event.event_id))
            else:
                moved = {"occurred_at": (event.occurred_at - timedelta(days=3)).isoformat()}
                changes = {"value": 7.0} if isinstance(event, said.OutcomeMeasured) else moved
                self._arrives(said.EventCorrected(**envelope, corrects=event.event_id, changes=changes))

    def _merge(self) -> None:
        """Two pairs become one person each, one of them at the end; of the other that is taken back then."""
        for number, (one, other) in enumerate((self.quiet[:2], self.quiet[2:])):
            at = days(self.draw.choice((45, 70)) if number else ENDS[-1] - 1)
            merged = {"patient_key": one, "event_id": f"e{number:031x}"} | _envelope(at)
            step = 1 if number else len(ENDS) - 1
            self._arrives(said.PatientsMerged(**merged, other_key=other), step)
            if number:
                back = merged | {"event_id": f"f{number:031x}", "retracts": merged["event_id"]}
                self._arrives(said.EventRetracted(**back), len(ENDS) - 1)

    def _first_value_of_a_measure(self) -> None:
        """A measure that nobody had so far, in the last but one step: it opens cells for everybody there."""
        people = People()
        for day in (0.1, 41.0):
            people.value(self.keys[5], days(day), 20.0 + day, "quickdash", episode_id=None)
        for at, event in enumerate(people.events):
            self.steps[-2].append(msgspec.structs.replace(event, event_id=f"{at:030x}99"))

    def __iter__(self) -> Iterator[list[said.Event]]:
        return iter(self.steps)

    def erased(self) -> said.Event:
        """Somebody asks to be forgotten, after all else."""
        return said.PatientErased(event_id="d" * 32, patient_key=self.keys[6], **_envelope(days(ENDS[-1])))


def _envelope(at: datetime) -> dict[str, Any]:
    return {"occurred_at": at, "received_at": at, "source": "front_desk", "contract_version": 1}
