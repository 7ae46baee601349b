"""The ladder of stages: steps up and down, and which track a side belongs to."""

from functools import lru_cache
from typing import cast

from contracts.vocabulary import STAGE_NAMES, STAGES, MuscleGroup, Side, Stage

Track = tuple[MuscleGroup, Side]


def rung(stage: Stage) -> int:
    """The stage's number, 0 to 6."""
    return STAGES.index(stage)


def moved(stage: Stage, steps: int) -> Stage:
    """The stage so many steps further; the ladder's ends hold."""
    return STAGES[min(max(rung(stage) + steps, 0), len(STAGES) - 1)]


def named(stage: Stage) -> str:
    """The stage as people say it, for example ``S3 weight bearing``."""
    return f"{stage} {STAGE_NAMES[stage]}"


def same_side(one: Side | None, other: Side | None) -> bool:
    """Whether work on one side counts for the other: equal, unknown, or one of them both sides."""
    return one is None or other is None or one == other or "bilateral" in (one, other)


@lru_cache(maxsize=4096)
def tracks_of(tracks: tuple[Track, ...], group: str | None, side: Side | None) -> tuple[Track, ...]:
    """The tracks that an event on this muscle group and side speaks of; an exact match stands alone."""
    exact = cast(Track, (group, side))
    if exact in tracks:
        return (exact,)
    return tuple(track for track in tracks if track[0] == group and same_side(track[1], side))
