"""The aggregate artefact of a release: its figures and the report of them, rendered once and kept for ever.

Text and page are in it as they were rendered, so that a later version of this code reprints an old release to
the byte and renders nothing of it anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from infra.refusal import Refusal

VERSION: Final = 1
FORMATS: Final = ("text", "json", "html")


@dataclass(frozen=True)
class Artefact:
    """What is kept of a release: ``content`` to the byte, and what it says."""

    content: bytes
    says: Mapping[str, Any]

    @property
    def release(self) -> str:
        """Its number."""
        return str(self.says["release"])

    @property
    def as_of(self) -> datetime:
        """Up to when it knows."""
        return datetime.fromisoformat(self.says["as_of"])

    def printed(self, form: str) -> bytes:
        """The report as it was rendered then: ``text``, ``html``, or all that is kept as ``json``."""
        return self.content if form == "json" else str(self.says[form]).encode()


def compose(path: Path, minimum: int) -> bytes:
    """The artefact of a file of marts; the same file gives the same bytes."""
    from infra.release_figures import head_of, settled_figures, shown_figures
    from infra.release_page import page, text

    head = head_of(path) | {"artefact": VERSION, "minimum_cell": minimum}
    figures = shown_figures(path, minimum)
    settled = settled_figures(path, datetime.fromisoformat(head["as_of"]), minimum)
    says = head | {"figures": figures, "settled": settled}
    says |= {"text": text(head, figures), "html": page(head, figures)}
    return json.dumps(says, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def find(marts: Path, as_of: str | None) -> Artefact:
    """The artefact of a release (its number), of a day (the newest built until its end, UTC), or the current.

    Raises ``Refusal`` with what there is.
    """
    from warehouse.release import current

    if as_of is None:
        standing = current(marts)
        if standing is None:
            raise Refusal(f"There is no release in {marts} yet. Make one with: myomap refresh")
        return _of_release(marts, standing.stem)
    if as_of.isdecimal():
        return _of_release(marts, as_of)
    return _of_day(marts, _day(as_of))


def _of_release(marts: Path, release: str) -> Artefact:
    from warehouse.artefact import artefact_of, kept_artefacts

    content = artefact_of(marts, release)
    if content is None:
        there = kept_artefacts(marts)
        named = f"There are those of {_named(there)}." if there else "There is none yet: myomap refresh"
        raise Refusal(f"No report of release {release} is kept in {marts / 'reports'}. {named}")
    return _read(content, marts, release)


def _of_day(marts: Path, day: date) -> Artefact:
    from warehouse.artefact import kept_artefacts

    end = datetime.combine(day, time(), UTC) + timedelta(days=1)
    for number in reversed(kept_artefacts(marts)):
        found = _of_release(marts, str(number))
        if datetime.fromisoformat(found.says["built_at"]) < end:
            return found
    raise Refusal(f"No release was built until the end of {day} (UTC). See which were: myomap release list")


def _read(content: bytes, marts: Path, release: str) -> Artefact:
    try:
        says = json.loads(content)
        return Artefact(content, says)
    except ValueError as problem:
        raise Refusal(
            f"The report of release {release} in {marts / 'reports'} is damaged. Restore that folder from a "
            "backup."
        ) from problem


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise Refusal(f"{text!r} is neither a release's number nor a day such as 2026-03-31.") from problem


def _named(numbers: tuple[int, ...]) -> str:
    return f"release {numbers[0]}" if len(numbers) == 1 else f"releases {numbers[0]} to {numbers[-1]}"
