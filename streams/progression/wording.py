"""How dates, stages, signals and evidence are said in a sentence."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from contracts.vocabulary import STAGE_NAMES
from streams.progression.cited import KINDS, Cited, by_kind
from streams.progression.moments import local

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
PHASES: Final = (
    ("pain_during", "during the session"),
    ("pain_after", "after it"),
    ("pain_next_morning", "the next morning"),
)
UNTOLD: Final = {"pain_rises": 0, "effusion_grade": 0, "effusion_course": "clear", "red_flag": False}
"""What is not worth a word while it has this value."""


def said(word: str) -> str:
    """A word of the vocabulary as people say it."""
    return word.replace("_", " ")


def day(at: datetime, zone: str) -> str:
    """The local day, for example ``4 July 2026``."""
    here = local(at, zone)
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}"


def days(instants: Iterable[datetime], zone: str) -> str:
    """One day, two, or the first and the last of several, for example ``10 to 23 October 2026``."""
    found = sorted({local(at, zone).date() for at in instants})
    if not found:
        return ""
    first, last = found[0], found[-1]
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    begin = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        begin += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        begin += f" {first.year}"
    return f"{begin} {'and' if len(found) == 2 else 'to'} {end}"


def stage(name: str) -> str:
    """A stage with its name, for example ``S3 weight bearing``."""
    return f"{name} {STAGE_NAMES[name]}"  # type: ignore[index]


def signals(inputs: Mapping[str, Any]) -> str:
    """What was known of a session, in words."""
    known = {name: value for name, value in inputs.items() if UNTOLD.get(name) != value}
    parts = ["a red flag"] if known.pop("red_flag", False) else []
    parts += _pains(known)
    for name, told in SIGNALS.items():
        if name in known:
            parts.append(told(known.pop(name)))
    parts += [f"{said(name)} {_plain(value)}" for name, value in sorted(known.items())]
    return ", ".join(parts)


def _pains(known: dict[str, Any]) -> list[str]:
    """Pain by phase in one part; takes out what it tells."""
    told = [f"{known.pop(name):g} {phase}" for name, phase in PHASES if name in known]
    return [f"pain (of 10) {', '.join(told)}"] if told else []


def evidence(parts: Iterable[Cited], zone: str) -> str:
    """How many events of which kind, and of which days."""
    told = []
    for kind, group in by_kind(parts).items():
        count = f"{len(group)} {KINDS[kind][len(group) > 1]}"
        when = days([each.occurred_at for each in group if each.occurred_at is not None], zone)
        told.append(f"{count} ({when})" if when else count)
    return ", ".join(told)


def times(count: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else said(str(value))


def _than(points: float, reference: str) -> str:
    if not points:
        return f"as much as {reference}"
    amount = "1 point" if abs(points) == 1 else f"{abs(points):g} points"
    return f"{amount} {'more' if points > 0 else 'less'} than {reference}"


SIGNALS: Final[Mapping[str, Callable[[Any], str]]] = {
    "next_morning_rise": lambda points: _than(points, "is usual of a morning"),
    "weekly_pain_rise": lambda points: f"on average {_than(points, 'in the week before')}",
    "pain_rises": lambda weeks: (
        "mean pain rose from the week before" if weeks == 1 else "mean pain rose in two weeks in a row"
    ),
    "soreness": lambda word: "no soreness" if word == "none" else f"soreness ({said(word)})",
    "effusion_grade": lambda grade: f"effusion grade {grade:g}",
    "effusion_course": lambda word: f"course of the effusion: {said(word)}",
    "quality": lambda share: f"{share:.0%} of the movements done well",
    "reps_share": lambda share: f"{share:.0%} of the repetitions done",
    "adherence_14d": lambda share: f"{share:.0%} of the dose of 14 days done",
    "sessions_7d": lambda count: f"{count} session{'' if count == 1 else 's'} in 7 days",
}
"""How each signal is told, in this order; one that is not here is told by its name."""
