"""Whom a build concerns: people of whom something is new, whose follow-up falls due, and their other keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import duckdb

from warehouse.effects.protocol import DAYS_UNTIL_DUE

_NEW: Final = (
    "INSERT INTO lake.touched SELECT DISTINCT patient_key FROM {landed} WHERE patient_key IS NOT NULL"
)
_DUE: Final = """
INSERT INTO lake.touched
SELECT DISTINCT patient_key FROM candidate.main.fct_episode, (SELECT unnest(CAST($days AS INT[])) AS days)
WHERE time_zero + to_days(days) > CAST($was AS TIMESTAMPTZ)
    AND time_zero + to_days(days) <= CAST($as_of AS TIMESTAMPTZ)
"""
_ONE_PERSON: Final = """
CREATE OR REPLACE TABLE lake.touched AS
WITH RECURSIVE pairs AS (
    SELECT patient_key AS one, other_key AS other FROM lake.patients_merged
    UNION SELECT other_key, patient_key FROM lake.patients_merged
), reached AS (
    SELECT patient_key FROM lake.touched
    UNION SELECT pairs.other FROM reached JOIN pairs ON reached.patient_key = pairs.one
)
SELECT DISTINCT patient_key FROM reached
"""


def touch_nobody(connection: duckdb.DuckDBPyConnection) -> None:
    """An empty ``lake.touched``."""
    connection.execute("CREATE OR REPLACE TABLE lake.touched (patient_key VARCHAR)")


def touch(
    connection: duckdb.DuckDBPyConnection, landed: Sequence[str], was_as_of: datetime, as_of: datetime
) -> int:
    """Fill ``lake.touched`` and say how many keys it has.

    ``landed`` are relations of what is new. A follow-up is due by the time alone, so those whose falls due
    between the two instants are concerned though nothing of them is new. Keys that were ever said to be one
    person's go together, also where that was taken back: then the other one changes too. The marts of the
    build before are attached as ``candidate``.
    """
    touch_nobody(connection)
    for name in landed:
        connection.execute(_NEW.format(landed=name))
    if as_of > was_as_of:
        days = sorted(set(DAYS_UNTIL_DUE.values()))
        connection.execute(_DUE, {"days": days, "was": was_as_of.isoformat(), "as_of": as_of.isoformat()})
    connection.execute(_ONE_PERSON)
    row = connection.execute("SELECT count(*) FROM lake.touched").fetchone()
    return row[0] if row else 0
