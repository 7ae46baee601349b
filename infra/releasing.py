"""What an operator sees of releases: which are there, why, and whether the pointer is held."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.settings import Settings

if TYPE_CHECKING:
    from warehouse.keeping import Standing

NOT_KEPT: Final = "goes when unread"
HOLDS_ERASED: Final = "holds people erased since"


@dataclass(frozen=True)
class Listed:
    """One release. kept_because: recent, month, pinned, current, next (newest while the pointer is held)."""

    release: str
    built_at: datetime
    as_of: str
    events: int | None
    patients: int | None
    kept_because: tuple[str, ...]
    in_use: bool
    holds_erased: bool
    size_bytes: int
    has_report: bool

    def words(self) -> tuple[Any, ...]:
        """The release as a row for people."""
        why = list(self.kept_because) or [NOT_KEPT]
        if self.holds_erased:
            why.append(HOLDS_ERASED)
        built, as_of = f"{self.built_at:%Y-%m-%d %H:%M}", self.as_of[:16].replace("T", " ")
        size = f"{self.size_bytes / 1e6:,.1f}"
        return (self.release, built, as_of, self.events, self.patients, ", ".join(why), self.in_use, size)


@dataclass(frozen=True)
class Listing:
    """All releases that are there, the newest first; held_at: where the pointer is held, and since when.

    reports: numbers of all releases whose report can be printed, also where the release itself has gone.
    """

    releases: tuple[Listed, ...]
    held_at: str | None
    held_since: str | None
    reports: tuple[int, ...]


def listed(settings: Settings) -> Listing:
    """Look at the releases of a home; changes nothing."""
    from warehouse.artefact import kept_artefacts
    from warehouse.keeping import Keeping, releases
    from warehouse.release import held

    marts = settings.home.marts
    reports = kept_artefacts(marts)
    keeping = Keeping(settings.release_days, settings.release_months)
    found = releases(marts, keeping, datetime.now(UTC))
    hold = held(marts)
    return Listing(
        tuple(_listed(each, int(each.release) in reports) for each in found),
        None if hold is None else hold.release,
        None if hold is None else hold.at,
        reports,
    )


def lines_of(found: Listing) -> list[str]:
    """What has to be said beside the table."""
    lines = []
    if found.held_at is not None:
        lines.append(held_words(found.held_at, found.held_since))
    if any(each.holds_erased for each in found.releases):
        lines.append(
            "What holds people who were erased since goes as soon as nobody reads it, pinned or not; "
            "a release that is held in force stays until: myomap release resume"
        )
    if found.reports:
        count = len(found.reports)
        of = "one release" if count == 1 else f"{count} releases"
        lines.append(f"The report of {of} can be printed: myomap report --as-of NUMBER")
    return lines


def held_words(release: str, since: str | None) -> str:
    """That the pointer is held, and how it goes on."""
    at = f" since {since[:16].replace('T', ' ')} UTC" if since else ""
    return f"Release {release} is held in force{at}; newer ones wait until: myomap release resume"


def _listed(each: "Standing", has_report: bool) -> Listed:
    return Listed(**vars(each), has_report=has_report)
