"""An operator's read-only question to the current release, through a connection that can do nothing else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.settings import Home
from infra.refusal import Refusal


@dataclass(frozen=True)
class Answer:
    """Columns and rows, and the file of the release that they come from."""

    release: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def query(home: Home, statement: str) -> Answer:
    """Run one statement that reads; anything else is refused with a sentence."""
    import duckdb

    released = current_release(home)
    connection = _read_only(released)
    try:
        _refuse_writing(connection, statement)
        cursor = connection.execute(statement)
        columns = tuple(str(each[0]) for each in cursor.description)
        return Answer(released.stem, columns, tuple(cursor.fetchall()))
    except duckdb.Error as failure:
        raise Refusal(f"The release could not answer: {failure}") from failure
    finally:
        connection.close()


def current_release(home: Home) -> Path:
    """The file of the current release."""
    from warehouse.release import POINTER, current

    found = current(home.marts)
    if found is not None:
        return found
    pointer = home.marts / POINTER
    if pointer.exists():
        raise Refusal(f"The pointer {pointer} names a file that is not there. Make a release: myomap refresh")
    raise Refusal(f"There is no release in {home.marts} yet. Make one with: myomap refresh")


def _read_only(path: Path) -> Any:
    import duckdb

    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "lock_configuration": "true",
        },
    )


def _refuse_writing(connection: Any, statement: str) -> None:
    import duckdb

    statements = connection.extract_statements(statement)
    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in reading:
        raise Refusal("One SELECT is answered and nothing else; a release is never changed in place.")
