"""What SQL recomputed without a line of the fold, held against what the stream published."""

from pathlib import Path
from typing import Final

import duckdb

from warehouse.parity import Compared, Difference

_FOUND: Final = """
SELECT name, compared, different, differences,
    (SELECT count(*) FROM working.intermediate.int_parity__state WHERE NOT is_compared) AS skipped
FROM working.intermediate.int_parity ORDER BY name
"""
_COVERED: Final = """
SELECT patient_key, any_value("partition"), max(next_offset)
FROM working.intermediate.int_parity__state GROUP BY patient_key
"""
_IS_THERE: Final = """
SELECT count(*) FROM information_schema.tables
WHERE table_catalog = 'working' AND table_schema = 'intermediate' AND table_name = 'int_parity'
"""


def recomputed(working: Path) -> tuple[Compared, ...]:
    """The comparisons that dbt left in the working file; none where the project makes none."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{str(working).replace(chr(39), chr(39) * 2)}' AS working (READ_ONLY)")
        there = connection.execute(_IS_THERE).fetchone()
        if not there or not there[0]:
            return ()
        covers = {key: (number, offset) for key, number, offset in connection.execute(_COVERED).fetchall()}
        found = connection.execute(_FOUND).fetchall()
    return tuple(
        Compared(
            name, compared, skipped, different, tuple(_difference(name, each, covers) for each in told or ())
        )
        for name, compared, different, told, skipped in found
    )


def _difference(check: str, told: dict[str, str], covers: dict[str, tuple[int, int]]) -> Difference:
    number, offset = covers.get(told["patient_key"], (0, 0))
    what = f"{told['field']}: published {told['published']}, expected {told['recomputed']}"
    return Difference(check, told["patient_key"], told["episode_id"], number, offset, what)
