"""Small groups stay hidden, also by subtraction: the one way by which figures leave.

``suppress`` works on a long table of counts with its margins, ``suppress_parts`` on rows whose parts
add up to a whole. Hidden values become None. Zero is shown; 1 to ``minimum - 1`` is not, and as many
further cells as it takes so that no hidden one follows from what is shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

MINIMUM: Final = 11
TOTAL: Final = "all"

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Sum:
    """One thing that a reader knows: the parts add up to the whole."""

    whole: Key
    parts: tuple[Key, ...]

    @property
    def members(self) -> tuple[Key, ...]:
        """Every cell of the sum."""
        return (self.whole, *self.parts)


def is_small(count: int, minimum: int = MINIMUM) -> bool:
    """Whether a count must not be shown."""
    return 0 < count < minimum


def count_words(count: float, minimum: int = MINIMUM) -> str:
    """A count for a sentence, or "fewer than 11" where it must stay hidden."""
    return f"fewer than {minimum}" if 0 < count < minimum else f"{count:.0f}"


def rounded_share(part: int | None, whole: int | None, minimum: int = MINIMUM) -> float | None:
    """A share to the whole per cent, or None where part or whole must stay hidden."""
    if part is None or whole is None or whole < minimum or is_small(part, minimum):
        return None
    return round(part / whole, 2)


def suppress(
    rows: Sequence[Row],
    by: Sequence[str],
    count: str,
    hide: Iterable[str] = (),
    minimum: int = MINIMUM,
    total: str = TOTAL,
    known_totals: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """The rows with ``hidden`` set, and ``count`` and ``hide`` blanked where a small group would show.

    ``by`` names the dimensions; a row with ``total`` in one of them is the sum of its siblings.
    ``known_totals`` names dimensions whose totals a reader knows although they are not in the table.
    Combinations that are not in the table count as zero.
    """
    cells = {tuple(row[name] for name in by): int(row[count] or 0) for row in rows}
    elsewhere = _totals_over([by.index(name) for name in known_totals], cells, total)
    hidden = hidden_cells(elsewhere | cells, frozenset(cells), _sums(elsewhere | cells, total), minimum)
    blank = {count, *hide}
    return [_row(row, blank if tuple(row[name] for name in by) in hidden else set()) for row in rows]


def suppress_parts(
    rows: Sequence[Row],
    by: Sequence[str],
    whole: str,
    parts: Sequence[str],
    hide: Mapping[str, Sequence[str]] | None = None,
    minimum: int = MINIMUM,
    total: str = TOTAL,
) -> list[dict[str, Any]]:
    """The rows with small ``parts`` (columns that add up to ``whole``) blanked, and what gives them away.

    ``hide`` maps a column to further columns that tell its value (a share, an interval). A row's
    ``hidden`` says that its whole is blanked, and with it every part.
    """
    long = [
        {**{name: row[name] for name in by}, "part": part, "n": row[whole if part == total else part]}
        for row in rows
        for part in (total, *parts)
    ]
    verdicts = suppress(long, (*by, "part"), "n", minimum=minimum, total=total)
    width = len(parts) + 1
    result = []
    for position, row in enumerate(rows):
        own = verdicts[position * width : (position + 1) * width]
        gone = {whole if one["part"] == total else str(one["part"]) for one in own if one["hidden"]}
        if whole in gone:
            gone |= set(parts)
        told = {name for column in gone for name in (hide or {}).get(column, ())}
        result.append({**_row(row, gone | told), "hidden": whole in gone})
    return result


def tells_apart(
    one: Mapping[str, int | None], other: Mapping[str, int | None], minimum: int = MINIMUM
) -> bool:
    """Whether two figures of nested groups, side by side, tell of few people: those in one and not in both.

    One of the counts differs by 1 to ``minimum - 1``, or is hidden in one of the two and shown in the other.
    """
    return any(
        (count is None) != (other[name] is None) or is_small(abs((count or 0) - (other[name] or 0)), minimum)
        for name, count in one.items()
    )


def withheld_changes(
    then: Mapping[Key, Mapping[str, int | None]],
    now: Mapping[Key, Mapping[str, int | None]],
    changed: Iterable[Key],
    family: Callable[[Key], Key],
    minimum: int = MINIMUM,
) -> set[Key]:
    """The ``changed`` figures whose value now may not stand beside the one of then.

    A figure whose counts are the same and whose value differs was corrected for an unknown number of people:
    withheld. Figures of a ``family`` add up to one that is known elsewhere, so where one of them is
    withheld, all that changed in it are: else it would follow by subtraction.
    """
    wanted = set(changed)
    nothing: dict[str, int | None] = {}
    alone = set()
    for key in wanted:
        old, new = then.get(key, nothing), now.get(key, nothing)
        names = old.keys() | new.keys()
        before = {name: old.get(name, None if old else 0) for name in names}
        after = {name: new.get(name, None if new else 0) for name in names}
        if before == after or tells_apart(before, after, minimum):
            alone.add(key)
    families = {family(key) for key in alone}
    return {key for key in wanted if family(key) in families}


def hidden_cells(
    cells: Mapping[Key, int], published: frozenset[Key], sums: Sequence[Sum], minimum: int
) -> set[Key]:
    """The small cells and as many of the ``published`` ones as it takes to keep them from being computed."""
    guard = _Guard(cells, published, sums, {key for key, count in cells.items() if is_small(count, minimum)})
    while leaks := guard.leaks():
        if not guard.cover(leaks):
            break
    return guard.hidden


def _row(row: Row, blank: set[str]) -> dict[str, Any]:
    values = {name: None if name in blank else value for name, value in row.items()}
    return {**values, "hidden": bool(blank)}


def _totals_over(positions: Sequence[int], cells: Mapping[Key, int], total: str) -> dict[Key, int]:
    """Totals over the dimensions at ``positions``, from the cells that are no totals of theirs."""
    totals: dict[Key, int] = {}
    for size in range(1, len(positions) + 1):
        for chosen in combinations(positions, size):
            for key, count in cells.items():
                if all(key[position] != total for position in positions):
                    above = tuple(total if spot in chosen else word for spot, word in enumerate(key))
                    totals[above] = totals.get(above, 0) + count
    return totals


def _sums(cells: Mapping[Key, int], total: str) -> list[Sum]:
    siblings: dict[tuple[int, Key], list[Key]] = {}
    for key in cells:
        for position, word in enumerate(key):
            if word != total:
                above = (*key[:position], total, *key[position + 1 :])
                siblings.setdefault((position, above), []).append(key)
    return [Sum(above, tuple(parts)) for (_, above), parts in siblings.items() if above in cells]


class _Guard:
    """A table with its hidden cells, and which of those are proven to be safe.

    A proof stays good when more is hidden, so it is kept.
    """

    def __init__(
        self,
        cells: Mapping[Key, int],
        published: frozenset[Key],
        sums: Sequence[Sum],
        hidden: set[Key],
    ) -> None:
        self.cells, self.published, self.hidden = cells, published, hidden
        self.safe: set[Key] = set()
        self.lines: dict[Key, list[Sum]] = {}
        for one in sums:
            for key in one.members:
                self.lines.setdefault(key, []).append(one)

    def leaks(self) -> list[Sum]:
        """The sums that give some hidden cell away; none where every one is safe."""
        for key in sorted(self.hidden, key=str):
            for one in self.lines.get(key, ()):
                if not any(other in self.hidden for other in one.members if other != key):
                    return [one]
        for key in sorted(self.hidden - self.safe, key=str):
            if key in self.lines and key not in self.safe and not self._prove(key):
                return self.lines[key]
        return []

    def cover(self, leaks: Sequence[Sum]) -> bool:
        """Hide one more cell: a part before a whole, where it opens no new leak, the smallest; zeros last."""
        candidates = self._shown(leaks) or self._shown(
            [one for lines in self.lines.values() for one in lines]
        )
        if candidates:
            self.hidden.add(min(candidates, key=self._loss))
        return bool(candidates)

    def _loss(self, key: Key) -> tuple[bool, bool, int, int, str]:
        lines = self.lines[key]
        alone = sum(not any(other in self.hidden for other in one.members) for one in lines)
        whole = any(one.whole == key for one in lines)
        return (self.cells[key] == 0, whole, alone, self.cells[key], str(key))

    def _shown(self, sums: Sequence[Sum]) -> set[Key]:
        return {key for one in sums for key in one.members if key in self.published} - self.hidden

    def _prove(self, key: Key) -> bool:
        """Whether the cell has another whole-number value in some table that fits what is shown."""
        keys = self._linked(key)
        lines = list({one: None for other in keys for one in self.lines[other]})
        spot = {other: position for position, other in enumerate(keys)}
        matrix = np.zeros((len(lines), len(keys)))
        for line, one in enumerate(lines):
            for member, sign in ((one.whole, -1.0), *((part, 1.0) for part in one.parts)):
                if member in spot:
                    matrix[line, spot[member]] = sign
        truth = np.array([self.cells[other] for other in keys], dtype=float)
        found = _another_table(matrix, truth, spot[key])
        self.safe |= {other for other in keys if abs(found[spot[other]] - truth[spot[other]]) > 0.5}
        return key in self.safe

    def _linked(self, key: Key) -> list[Key]:
        """The hidden cells that share sums with this one, directly or through others."""
        seen, waiting = {key: None}, [key]
        while waiting:
            for one in self.lines[waiting.pop()]:
                for other in one.members:
                    if other in self.hidden and other not in seen:
                        seen[other] = None
                        waiting.append(other)
        return list(seen)


def _another_table(
    matrix: NDArray[np.float64], truth: NDArray[np.float64], position: int
) -> NDArray[np.float64]:
    """A table with the same sums that differs at that position as far as may be; the truth if none does."""
    lowest = 0.0 if (truth == 0).any() else 1.0
    bounds = Bounds(np.full(len(truth), lowest), np.full(len(truth), truth.sum() + len(truth) + 1))
    fits = LinearConstraint(matrix, matrix @ truth, matrix @ truth)
    for sign in (1.0, -1.0):
        goal = np.zeros(len(truth))
        goal[position] = sign
        found = milp(goal, constraints=fits, bounds=bounds, integrality=np.ones(len(truth)))
        if found.x is not None and abs(found.x[position] - truth[position]) > 0.5:
            return np.asarray(found.x, dtype=float)
    return truth
