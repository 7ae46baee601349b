"""What waits in a store and what was set aside, counted beside a running worker."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Tally:
    """``waiting``: messages to be published, with the note of how far that is.

    ``rejected``: records that were set aside, by reason.
    """

    waiting: int = 0
    rejected: dict[str, int] = field(default_factory=dict)


def tally_of(path: Path) -> Tally:
    """Count in one store file, read-only."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(connection):
        (waiting,) = connection.execute(
            "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM unpublished)"
            " + (SELECT next_offset > published_offset FROM meta)"
        ).fetchone()
        rejected = connection.execute(
            "SELECT reason, COUNT(*) FROM quarantined GROUP BY reason ORDER BY reason"
        ).fetchall()
    return Tally(waiting, dict(rejected))
