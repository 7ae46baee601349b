"""One refresh of the marts: a broker is there, the log is landed, built, checked and released."""

from collections.abc import Callable
from typing import Any

from contracts.settings import Settings
from infra.connection import connected


def refresh_once(settings: Settings, on_step: Callable[[str, str], None] | None) -> Any:
    """Land, build, check, release; a broker is started for the while when none runs."""
    from warehouse.refresh import refresh

    with connected(settings) as reachable:
        return refresh(reachable, on_step=on_step)
