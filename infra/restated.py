"""What has been restated since a release: its settled figures as they were then, and as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.release_artefact import Artefact
from infra.release_figures import KEY, counts_of, head_of, key_of, settled_figures
from warehouse.privacy import withheld_changes

Row = Mapping[str, Any]
Key = tuple[Any, ...]

VALUES: Final = ("mean_change", "ci_low", "ci_high", "share_improved", "n_started", "n_measured")
WITHHELD: Final = "withheld"
"""What stands in place of a figure now that would tell of few people beside the one of then."""


@dataclass(frozen=True)
class Restated:
    """One figure that says something else now. A number of now is None where it is withheld or hidden.

    why: words for what can have done it. then_n, now_n: people measured.
    """

    condition: str
    muscle_group: str
    measure: str
    method: str
    device_class: str
    horizon: str
    then: float | None
    then_n: int | None
    then_improved: float | None
    now: float | None
    now_n: int | None
    now_improved: float | None
    is_withheld: bool
    why: str


@dataclass(frozen=True)
class Restatement:
    """All that was restated between two releases, of figures that were ``settled`` at the earlier as_of.

    compared: figures shown in both. silent: hidden in one of them, so that nothing is said of them.
    """

    release: str
    against: str
    as_of: str
    compared: int
    silent: int
    restated: tuple[Restated, ...]
    known: tuple[str, ...]


def restated_since(then: Artefact, current: Path, erased: tuple[int, int] | None = None) -> Restatement:
    """Hold a release against the current one, for the people whose follow-up was due at the release's as_of.

    Such a figure changes by late events, corrections, retractions, merges and erasures, by other thresholds
    and other code; never because time passed. ``erased``: how many people had been erased, then and now.
    """
    head = head_of(current)
    minimum = int(then.says["minimum_cell"])
    now = settled_figures(current, then.as_of, minimum)
    old, new = _by_key(then.says["settled"]), _by_key(now)
    known = _known(then.says, head, erased)
    loud = [key for key in old.keys() | new.keys() if _is_loud(old.get(key)) and _is_loud(new.get(key))]
    changed = [key for key in loud if _said(old.get(key)) != _said(new.get(key))]
    silent = len(old.keys() | new.keys()) - len(loud)
    gone = withheld_changes(
        _counts(old), _counts(new), [*changed, *_turned(old, new)], _family(old, new), minimum
    )
    rows = [
        _restated(key, old.get(key), new.get(key), key in gone, known) for key in sorted(changed, key=str)
    ]
    return Restatement(
        then.release, str(head["release"]), str(then.says["as_of"]), len(loud), silent, tuple(rows), known
    )


def lines_of(found: Restatement) -> list[str]:
    """The restatement in sentences, for people."""
    lines = [
        f"Release {found.release} against release {found.against}, for people whose follow-up was due as of "
        f"{found.as_of[:10]}: {found.compared} figures compared, {len(found.restated)} restated, "
        f"{found.silent} hidden in one of the two."
    ]
    if found.known:
        lines.append(f"Known to have changed since: {', '.join(found.known)}.")
    if any(each.is_withheld for each in found.restated):
        lines.append(
            "Withheld: beside the figure of then, the one of now would tell of few people; or as many people "
            "count and some value was corrected."
        )
    return lines


def _by_key(figures: Mapping[str, Sequence[Row]]) -> dict[Key, Row]:
    return {(*key_of(row), horizon): row for horizon, rows in figures.items() for row in rows}


def _counts(rows: Mapping[Key, Row]) -> dict[Key, dict[str, int | None]]:
    return {key: counts_of(row) for key, row in rows.items()}


def _is_loud(row: Row | None) -> bool:
    return row is None or not row["hidden"]


def _said(row: Row | None) -> tuple[Any, ...]:
    return () if row is None else tuple(row[name] for name in VALUES)


def _turned(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> list[Key]:
    """Figures that are hidden in one of the two alone: what they count has changed, by nobody knows whom."""
    both = old.keys() & new.keys()
    return [key for key in both if _is_loud(old[key]) != _is_loud(new[key])]


def _family(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> Any:
    """Figures of one domain and horizon add up to what other pages say of it."""
    return lambda key: ((old.get(key) or new[key])["domain"], key[-1])


def _known(then: Row, now: Row, erased: tuple[int, int] | None) -> tuple[str, ...]:
    found = [
        f"{words} ({then[name]} to {now[name]})"
        for name, words in (
            ("registry_version", "the measure registry"),
            ("rules_version", "progression rules"),
        )
        if then[name] != now[name]
    ]
    if erased is not None and erased[1] > erased[0]:
        found.append("people were erased")
    if then["events"] != now["events"] or then["offsets"] != now["offsets"]:
        found.append("events came in")
    return tuple(found)


def _restated(key: Key, old: Row | None, new: Row | None, withheld: bool, known: tuple[str, ...]) -> Restated:
    then, now = old or {}, {} if withheld else new or {}
    return Restated(
        **dict(zip((*KEY, "horizon"), key, strict=True)),
        then=then.get("mean_change"),
        then_n=then.get("n_measured"),
        then_improved=then.get("share_improved"),
        now=now.get("mean_change"),
        now_n=now.get("n_measured"),
        now_improved=now.get("share_improved"),
        is_withheld=withheld,
        why=_why(old, new, withheld, known),
    )


def _why(old: Row | None, new: Row | None, withheld: bool, known: tuple[str, ...]) -> str:
    if withheld:
        return "few people, or a correction"
    before, after = (0 if row is None else row["n_measured"] or 0 for row in (old, new))
    if after > before:
        return "late events"
    if after < before:
        return "erased, retracted or merged" if "people were erased" in known else "retracted or merged"
    return "other thresholds" if any("registry" in each for each in known) else "corrections"
