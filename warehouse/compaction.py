"""Small sealed segments become larger ones, cut by offset only; readers see either these or those."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final

import msgspec

from warehouse.interleaving import interleaved
from warehouse.manifest import Manifest, Segment
from warehouse.records import KINDS
from warehouse.segments import row_groups, write_segment
from warehouse.storage import Storage

OF_SEALED: Final = 20
"""A compacted segment ends at the multiples of so many sealed ones: of events, at each million offsets."""


def sealed_offsets(kind: str, sizes: Mapping[str, int]) -> int:
    """The offsets of a sealed segment of this kind."""
    return sizes.get(kind, KINDS[kind].segment_offsets)


def due(
    manifest: Manifest, sizes: Mapping[str, int], kind: str | None = None
) -> Iterator[tuple[Segment, ...]]:
    """What can be compacted: all of a multiple is sealed, and lies in more than one file."""
    sealed = [each for each in manifest.segments if each.sealed and kind in (None, each.kind)]
    for (name, _, number), group in groupby(sealed, lambda each: _place(each, sizes)):
        segments = tuple(group)
        end = (number + 1) * sealed_offsets(name, sizes) * OF_SEALED
        if len(segments) > 1 and segments[-1].end == end:
            yield segments


def compacted(
    storage: Storage, found: Sequence[Segment], erased: tuple[str, ...], sizes: Mapping[str, int]
) -> Segment:
    """Write the segment that stands for these; no manifest names it yet. Memory: a row group of each."""
    first, last = found[0], found[-1]
    kind = KINDS[first.kind]
    gone = {key for each in found for key in each.without}
    draft = msgspec.structs.replace(
        first,
        end=last.end,
        landed_at=max(each.landed_at for each in found),
        without=tuple(sorted(gone)),
    )
    files = [partial(row_groups, storage, each, kind) for each in found]
    sealed = sealed_offsets(kind.name, sizes)
    return write_segment(storage, kind, interleaved(kind, files), draft, erased, sealed_offsets=sealed)


def _place(segment: Segment, sizes: Mapping[str, int]) -> tuple[str, int, int]:
    """Kind, partition, and which multiple the segment is of."""
    size = sealed_offsets(segment.kind, sizes) * OF_SEALED
    return segment.kind, segment.partition, segment.start // size
