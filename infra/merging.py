"""Carries merges out: what the lake holds of an absorbed key is said again under the surviving one."""

import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime

from contracts.events import PatientsMerged
from contracts.settings import Settings


def carry_out_merges(settings: Settings) -> int:
    """Move every landed event that still stands under an absorbed key; how many were moved.

    Running it again, or after a crash half way, moves only what is left.
    """
    from ingest.merging import carry_out, moved_id
    from ingest.publish import KafkaPublisher
    from warehouse.lake import events_of, events_of_type, open_lake

    lake = open_lake(settings.home)
    merges = [each for each in events_of_type(lake, "PatientsMerged") if isinstance(each, PatientsMerged)]
    survivors = survivors_of((each.patient_key, each.other_key) for each in merges)
    moved = 0
    with contextlib.closing(KafkaPublisher(settings.kafka)) as publisher:
        for absorbed, survivor in survivors.items():
            there = {each.event_id for each in events_of(lake, survivor)}
            left = (
                each
                for each in events_of(lake, absorbed)
                if moved_id(each.event_id, absorbed, survivor) not in there
            )
            moved += carry_out(absorbed, survivor, left, publisher, datetime.now(UTC))
    return moved


def survivors_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each merged key → the smallest key of its chain of merges."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        together = group.get(one, {one}) | group.get(other, {other})
        for key in together:
            group[key] = together
    return {key: min(together) for key, together in group.items()}
