"""Words of the vocabulary, numbers and times as people read them."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.vocabulary import STAGE_NAMES

HORIZONS: Final = {
    "week_6": "6 weeks",
    "week_12": "12 weeks",
    "latest": "Latest",
    "discharge": "Discharge",
}
SPECIAL: Final = {
    "none": "Healthy trainees",
    "all": "All",
    "rmdq": "RMDQ",
    "default_msk": "Default musculoskeletal",
}
UNITS: Final = {"score": "points", "deg": "°", "reps": "repetitions"}
CLASSES: Final = {
    "improved": "improved by an important amount",
    "probable": "probably improved",
    "detectable": "changed by more than the measurement error",
    "unchanged": "no detectable change",
    "deteriorated": "got worse",
    "unknown": "unknown: measured once only",
    "ineligible": "could not improve by that much",
    "not_classified": "no verified threshold",
}
HIDDEN: Final = "hidden"
NOTHING: Final = "–"


def label(word: Any) -> str:
    """A word of the vocabulary for a heading: ``low_back_pain`` reads "Low back pain"."""
    text = str(word or "")
    return SPECIAL.get(text) or text[:1].upper() + text[1:].replace("_", " ")


def labels(words: Sequence[Any] | None) -> str:
    """Several of them in a row."""
    return ", ".join(label(word) for word in words or ())


def unit(word: Any) -> str:
    """A unit as it stands behind a number."""
    return UNITS.get(str(word), str(word or ""))


def number(value: float | None, digits: int = 1, signed: bool = False) -> str:
    """A number with a real minus sign, or a dash for nothing."""
    if value is None or value != value:
        return NOTHING
    value = round(value, digits) or 0.0
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("-", "−")


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval for a table."""
    if low is None or high is None:
        return NOTHING
    return f"{number(low, digits, True)} to {number(high, digits, True)}"


def per_cent(share: float | None) -> str:
    """A share (0-1) as a whole per cent."""
    return NOTHING if share is None or share != share else f"{100 * share:.0f} %"


def day(at: datetime | None, zone: str | None = None) -> str:
    """The date in a zone (UTC without one)."""
    return NOTHING if at is None else at.astimezone(_zone(zone)).strftime("%-d %b %Y")


def minute(at: datetime | None) -> str:
    """Date and time in UTC."""
    return NOTHING if at is None else f"{at.astimezone(_zone(None)):%-d %b %Y, %H:%M} UTC"


def stage(code: str | None) -> str:
    """A stage with its name: "S1 control"."""
    names: Mapping[str, str] = STAGE_NAMES
    return f"{code} {names[code]}" if code in names else NOTHING


def person(key: str) -> str:
    """A random key, short enough to read."""
    return f"Patient {key[:6]}"


def therapist(key: str) -> str:
    """A therapist's random key, short enough to read."""
    return f"Therapist {key[:8]}"


def safe(text: Any) -> str:
    """Text that may stand inside HTML and SVG."""
    return html.escape(str(text), quote=True)


def _zone(name: str | None) -> tzinfo:
    return ZoneInfo(name or "UTC")
