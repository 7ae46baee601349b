"""What is known of one patient, put together for ``myomap explain``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.settings import Home
from contracts.vocabulary import MUSCLE_GROUPS, SIDES
from infra.refusal import Refusal

if TYPE_CHECKING:
    from streams.progression.account import Account, Chosen
    from streams.progression.state import PatientState

KEY: Final = re.compile(r"[0-9a-f]{32}")
FIND_KEY: Final = (
    "A key has 32 hexadecimal digits; find it with 'myomap ingest lookup REFERENCE --actor WHO'."
)


@dataclass(frozen=True)
class Explanation:
    """Plain sentences, and the same as data: each episode with its tracks, decisions and their evidence."""

    patient_key: str
    at: datetime
    lines: tuple[str, ...]
    erased: bool
    episodes: tuple[Any, ...]
    merges: tuple[Any, ...]
    unattributed: Any
    corrections_waiting: int


def explain_patient(
    home: Home, patient_key: str, track: str | None = None, at: str | None = None, now: datetime | None = None
) -> Explanation:
    """Read the committed state beside a running worker and put it into words.

    track: ``muscle_group`` or ``muscle_group:side``. at: an ISO date or instant; the state is that of the
    events that had occurred by then. now: the clock, for tests.
    """
    from streams.lookup import find_patient

    chosen = track_of(track)
    if not KEY.fullmatch(patient_key):  # it may be an identifier, which is not repeated
        raise Refusal(f"That is no key of a patient. {FIND_KEY}")
    state = find_patient(home, patient_key)
    if state is None:
        raise Refusal(f"No patient with the key {patient_key} is in the stores of {home.streams}. {FIND_KEY}")
    return explained(state, chosen, at, now or datetime.now(UTC))


def explained(state: "PatientState", chosen: "Chosen | None", at: str | None, now: datetime) -> Explanation:
    """A state in words, as it stands now or stood at ``at``."""
    from streams.progression.account import account
    from streams.progression.as_of import as_of, zone_of
    from streams.progression.explain import lines_of

    moment, zone = now, zone_of(state)
    if at is not None:
        moment = moment_of(at, zone)
        if moment > now:
            raise Refusal(
                f"The time {at} has not come yet. Name a day or an instant that has passed with --at."
            )
        state = as_of(state, moment)
    told = account(state, moment, chosen)
    _refuse_strange_track(chosen, account(state, moment))
    lines = lines_of(told)
    if at is not None:
        lines = (_as_it_stood(moment, zone), *lines)
    return Explanation(
        told.patient_key, moment, lines, told.erased, told.episodes, told.merges, told.unattributed,
        told.corrections_waiting,
    )  # fmt: skip


def track_of(text: str | None) -> "Chosen | None":
    """The muscle group and side that were typed; refuses words that nobody uses."""
    if text is None:
        return None
    group, colon, side = text.partition(":")
    if group not in MUSCLE_GROUPS:
        raise Refusal(f"There is no muscle group {group}. Name one of: {', '.join(MUSCLE_GROUPS)}.")
    if colon and side not in SIDES:
        raise Refusal(f"There is no side {side or 'without a name'}. Name one of: {', '.join(SIDES)}.")
    return group, side or None


def moment_of(text: str, zone: str) -> datetime:
    """The instant that was typed: of a day its end; without a zone that of the clinic's clocks."""
    from streams.progression.moments import as_utc, end_of_day, zoned

    try:
        if len(text) == len("2026-01-31"):
            noon = datetime.combine(date.fromisoformat(text), datetime.min.time().replace(hour=12))
            return end_of_day(zoned(noon, zone), zone)
        return as_utc(zoned(datetime.fromisoformat(text), zone))
    except ValueError as wrong:
        raise Refusal(
            f"The time {text} cannot be read. Write a day as 2026-01-31 or an instant as 2026-01-31T18:00, "
            "with an offset such as +01:00 where it is not on the clinic's clocks."
        ) from wrong


def _refuse_strange_track(chosen: "Chosen | None", whole: "Account") -> None:
    if chosen is None or whole.erased or not whole.episodes:
        return
    tracks = [(each.muscle_group, each.side) for episode in whole.episodes for each in episode.tracks]
    if not any(group == chosen[0] and chosen[1] in (None, side) for group, side in tracks):
        asked = chosen[0] if chosen[1] is None else f"{chosen[0]}:{chosen[1]}"
        raise Refusal(f"This patient has no track {asked}. Known then: {_named(tracks)}.")


def _named(tracks: Iterable[tuple[str, str]]) -> str:
    return ", ".join(dict.fromkeys(f"{group}:{side}" for group, side in tracks)) or "none"


def _as_it_stood(moment: datetime, zone: str) -> str:
    from streams.progression.moments import local
    from streams.progression.wording import day

    clock = f"{local(moment, zone):%H:%M}"
    return f"As it stood on {day(moment, zone)} at {clock} ({zone}); what occurred later is left out."
