"""Keeps the marts up to date: a broker is there, the log is landed, built, checked and released."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.settings import Settings
from infra.connection import connected
from infra.merging import carry_out_merges
from infra.release_artefact import compose


def refresh_once(settings: Settings, on_step: Callable[[str, str], None] | None) -> Any:
    """Land, build, check, release; a broker is started for the while when none runs.

    Merges that were landed are carried out afterwards, so that the next release sees them moved. The
    marts of this one count the two keys as one person already.
    """
    from warehouse.refresh import refresh

    def artefact(marts: Path) -> bytes:
        return compose(marts, settings.minimum_cell)

    with connected(settings) as reachable:
        report = refresh(reachable, on_step=on_step, report=artefact)
        carry_out_merges(reachable)
        return report


def settle_merges(settings: Settings) -> int:
    """Land what the log holds and carry out the merges in it; how many events were moved."""
    land_now(settings)
    return carry_out_merges(settings)


def land_now(settings: Settings) -> None:
    """Land what the log holds, while no refresh of this home does."""
    from warehouse.exclusive import one_refresh_at_a_time
    from warehouse.kafka_log import KafkaLog
    from warehouse.lake import storage_of
    from warehouse.land import land

    with (
        one_refresh_at_a_time(settings.home.marts / "refresh.lock"),
        contextlib.closing(KafkaLog(settings.kafka)) as log,
    ):
        land(storage_of(settings.home), log, datetime.now(UTC))
