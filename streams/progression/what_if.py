"""What if another policy had been in force: history replayed under two policies, track by track.

Pure: states go in, differences come out, and the same states give the same differences in the same order.
Therapists' marks (programs, overrides) are part of history and stand under both policies.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from contracts.vocabulary import Condition
from streams.progression.attribution import attributed
from streams.progression.course import Course, Decision, PolicyOf
from streams.progression.derive import Episode, episode
from streams.progression.ladder import rung
from streams.progression.moments import EARLIEST, LATEST, shifted
from streams.progression.state import PatientState

Standing = Literal["lower", "same", "higher"]
WEEK: Final = timedelta(days=7)
STANDINGS: Final[tuple[Standing, ...]] = ("lower", "same", "higher")


@dataclass(frozen=True)
class Choice:
    """What one policy decided after a session."""

    decided_at: datetime
    action: str
    rule: str
    says: str
    from_stage: str
    to_stage: str


@dataclass(frozen=True)
class Parting:
    """The session at which the two policies part, by its start; None where one did not decide on it."""

    at: datetime
    current: Choice | None
    tried: Choice | None


@dataclass(frozen=True)
class Path:
    """How a track went under one policy: the stages that it entered, and when; it stands on the last."""

    policy: str
    entered: tuple[tuple[datetime, str], ...]

    @property
    def stage(self) -> str:
        """The stage at the end."""
        return self.entered[-1][1]

    @property
    def since(self) -> datetime:
        """When it was entered."""
        return self.entered[-1][0]

    def at(self, when: datetime) -> str | None:
        """The stage at an instant; None before the track began."""
        return next((stage for begun, stage in reversed(self.entered) if begun <= when), None)


@dataclass(frozen=True)
class TrackCompared:
    """One track under both policies. ``until`` is when its episode was closed, None while it is open."""

    patient_key: str
    episode_id: str
    condition: str
    muscle_group: str
    side: str
    until: datetime | None
    last_event_at: datetime
    current: Path
    tried: Path
    decisions: int
    decisions_differ: int
    parting: Parting | None

    @property
    def now(self) -> Standing:
        """Where the tried policy would have the track: lower, the same, or higher."""
        return _standing(self.current.stage, self.tried.stage)

    @property
    def there_since(self) -> Literal["earlier", "same", "later"]:
        """Since when it would stand on its present stage, where both policies agree on that."""
        if self.now != "same" or self.current.since == self.tried.since:
            return "same"
        return "later" if self.tried.since > self.current.since else "earlier"


@dataclass(frozen=True)
class Reason:
    """A pair of rules on which tracks part: what each policy said, and for how many tracks."""

    current_action: str
    current_rule: str
    tried_action: str
    tried_rule: str
    tried_says: str
    tracks: int


@dataclass(frozen=True)
class Week:
    """The open tracks at the end of a week (UTC, up to and without ``ends_at``), by their standing."""

    ends_at: datetime
    lower: int
    same: int
    higher: int


@dataclass(frozen=True)
class Differences:
    """What would be different.

    as_of: the time of the last event of all. patients_elsewhere: people with a track whose stage differs now.
    stages: row Si, column Sj: tracks on Si under the current policy and on Sj under the tried one.
    reasons: why tracks part, the most frequent first.
    compared: every track, by patient, episode, muscle group and side.
    """

    as_of: datetime | None
    patients: int
    episodes: int
    tracks: int
    decisions: int
    decisions_differ: int
    patients_elsewhere: int
    now: dict[Standing, int]
    same_stage_since: dict[str, int]
    stages: tuple[tuple[int, ...], ...]
    reasons: tuple[Reason, ...]
    compared: tuple[TrackCompared, ...]

    @property
    def differing(self) -> tuple[TrackCompared, ...]:
        """The tracks of which any decision differs: those on another stage first, then by time of parting."""
        found = [each for each in self.compared if each.parting is not None]
        return tuple(sorted(found, key=_order))


def compare(
    states: Iterable[PatientState],
    current: PolicyOf,
    tried: PolicyOf,
    conditions: frozenset[Condition] = frozenset(),
) -> Differences:
    """Replay these patients under both policies; ``conditions`` (none: all) keeps to those episodes."""
    compared: list[TrackCompared] = []
    for state in states:
        compared += compared_tracks(state, current, tried, conditions)
    return summed(compared)


def compared_tracks(
    state: PatientState, current: PolicyOf, tried: PolicyOf, conditions: frozenset[Condition] = frozenset()
) -> Iterator[TrackCompared]:
    """The tracks of one patient under both policies."""
    for gathered in attributed(state).episodes.values():
        if conditions and gathered.opened.condition not in conditions:
            continue
        before = episode(state.patient_key, gathered, current)
        after = episode(state.patient_key, gathered, tried)
        for here, there in zip(before.tracks, after.tracks, strict=True):
            yield _compared(state.patient_key, before, here.course, there.course)


def summed(compared: Iterable[TrackCompared]) -> Differences:
    """The differences of all tracks together."""
    tracks = sorted(
        compared, key=lambda each: (each.patient_key, each.episode_id, each.muscle_group, each.side)
    )
    now = Counter(each.now for each in tracks)
    since = Counter(str(each.there_since) for each in tracks if each.now == "same")
    pairs = Counter((rung(each.current.stage), rung(each.tried.stage)) for each in tracks)  # type: ignore[arg-type]
    return Differences(
        as_of=max((each.last_event_at for each in tracks), default=None),
        patients=len({each.patient_key for each in tracks}),
        episodes=len({(each.patient_key, each.episode_id) for each in tracks}),
        tracks=len(tracks),
        decisions=sum(each.decisions for each in tracks),
        decisions_differ=sum(each.decisions_differ for each in tracks),
        patients_elsewhere=len({each.patient_key for each in tracks if each.now != "same"}),
        now={standing: now[standing] for standing in STANDINGS},
        same_stage_since={word: since[word] for word in ("earlier", "same", "later")},
        stages=tuple(tuple(pairs[here, there] for there in range(7)) for here in range(7)),
        reasons=_reasons(tracks),
        compared=tuple(tracks),
    )


def weeks(differences: Differences) -> tuple[Week, ...]:
    """By week, how many of the open tracks would have stood elsewhere; up to the week of the last event."""
    if differences.as_of is None:
        return ()
    first = min(each.current.entered[0][0] for each in differences.compared)
    found, end = [], _monday(first)
    while end <= differences.as_of:
        end = shifted(end, WEEK)
        there = Counter(filter(None, (_standing_at(each, end) for each in differences.compared)))
        found.append(Week(end, there["lower"], there["same"], there["higher"]))
        if end >= LATEST - WEEK:
            break
    return tuple(found)


def _monday(at: datetime) -> datetime:
    """The first instant of the week, UTC."""
    return shifted(at.replace(hour=0, minute=0, second=0, microsecond=0), -timedelta(days=at.weekday()))


def _standing_at(track: TrackCompared, end: datetime) -> Standing | None:
    if track.until is not None and track.until < end:
        return None
    just_before = shifted(end, -timedelta(microseconds=1))
    current, tried = track.current.at(just_before), track.tried.at(just_before)
    return None if current is None or tried is None else _standing(current, tried)


def _compared(patient_key: str, derived: Episode, here: Course, there: Course) -> TrackCompared:
    gathered = derived.gathered
    ours, theirs = _by_session(here), _by_session(there)
    both = [(at, ours.get(at), theirs.get(at)) for at in sorted(ours.keys() | theirs.keys())]
    differing = [pair for pair in both if _differ(*pair[1:])]
    return TrackCompared(
        patient_key=patient_key,
        episode_id=gathered.opened.episode_id,
        condition=gathered.opened.condition,
        muscle_group=here.track[0],
        side=here.track[1],
        until=gathered.closed.occurred_at if gathered.closed else None,
        last_event_at=max((event.occurred_at for event in gathered.events), default=EARLIEST),
        current=_path(here),
        tried=_path(there),
        decisions=len(both),
        decisions_differ=len(differing),
        parting=_parting(derived, differing),
    )


def _path(course: Course) -> Path:
    entered = [(fact.occurred_at, str(fact.to_stage)) for fact in course.facts if fact.kind != "stop_raised"]
    policy = course.policy
    return Path(f"{policy.policy} version {policy.version}" if policy else "none", tuple(entered))


def _by_session(course: Course) -> dict[int, Decision]:
    """The decisions by the place of their session in the episode, which no policy moves."""
    return {each.fired_by.counted[-1]: each for each in course.decisions}


def _differ(ours: Decision | None, theirs: Decision | None) -> bool:
    """Whether two decisions on one session do something else, or leave the track on another stage."""
    if ours is None or theirs is None:
        return True
    return (ours.action, ours.to_stage) != (theirs.action, theirs.to_stage)


def _parting(
    derived: Episode, differing: list[tuple[int, Decision | None, Decision | None]]
) -> Parting | None:
    """The first session that led to different stages, else the first with different decisions."""
    if not differing:
        return None
    at, ours, theirs = next((pair for pair in differing if _stage(pair[1]) != _stage(pair[2])), differing[0])
    return Parting(derived.sessions.attended[at].start, _choice(ours), _choice(theirs))


def _stage(decision: Decision | None) -> str | None:
    return decision.to_stage if decision else None


def _choice(decision: Decision | None) -> Choice | None:
    if decision is None:
        return None
    return Choice(
        decided_at=decision.decided_at,
        action=decision.action,
        rule=decision.rule,
        says=_reason(decision),
        from_stage=decision.from_stage,
        to_stage=decision.to_stage,
    )


def _reason(decision: Decision) -> str:
    """Why it was decided; where criteria were not met, which."""
    if decision.rule != "criteria_not_met" or not decision.missing:
        return decision.says
    return "not met: " + "; ".join(each.text for each in decision.missing)


def _standing(current: str, tried: str) -> Standing:
    if current == tried:
        return "same"
    return "lower" if tried < current else "higher"


def _reasons(tracks: Iterable[TrackCompared]) -> tuple[Reason, ...]:
    found: Counter[tuple[str, str, str, str, str]] = Counter()
    for each in tracks:
        if each.parting is not None:
            ours, theirs = each.parting.current, each.parting.tried
            found[
                ours.action if ours else "none",
                ours.rule if ours else "none",
                theirs.action if theirs else "none",
                theirs.rule if theirs else "none",
                theirs.says if theirs else "no decision on this session",
            ] += 1
    reasons = [Reason(*words, count) for words, count in found.items()]
    return tuple(
        sorted(reasons, key=lambda each: (-each.tracks, each.current_rule, each.tried_rule, each.tried_says))
    )


def _order(each: TrackCompared) -> tuple[bool, datetime, str, str, str, str]:
    at = each.parting.at if each.parting else EARLIEST
    return (each.now == "same", at, each.patient_key, each.episode_id, each.muscle_group, each.side)
