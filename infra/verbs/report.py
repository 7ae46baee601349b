"""The verb ``myomap report``: the director's figures as a release says them, also one that has gone."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.refusal import Refusal
from infra.report import plain, print_table


def report(
    ctx: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="A release's number, or a day such as 2026-03-31")] = None,
    form: Annotated[str, typer.Option("--format", help="text, json or html")] = "text",
    out: Annotated[Path | None, typer.Option(help="File for the report, in place of the terminal")] = None,
) -> None:
    """Print a release's report to the byte as it was, and what has been restated since.

    The report goes to standard output or the file; what has been restated since to standard error.
    """
    from infra.release_artefact import FORMATS, find

    if form not in FORMATS:
        raise Refusal(f"--format is {form!r}; it may be {', '.join(FORMATS)}.")
    found = find(ctx.obj.home.marts, as_of)
    _write(found.printed(form), out)
    _tell(ctx.obj.home.marts, found)


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as problem:
        raise Refusal(f"{out} could not be written ({problem.strerror}). Name another file.") from problem


def _erased(then: Path, now: Path) -> tuple[int, int] | None:
    """How many people had been erased at each of the two; None where the older one's note has gone."""
    from warehouse.release import note_of

    old, new = note_of(then), note_of(now)
    return None if old is None or new is None else (old.erased, new.erased)


def _tell(marts: Path, found: Any) -> None:
    """What was restated since, to standard error, so that the report's bytes stay alone."""
    import contextlib

    from infra.restated import WITHHELD, lines_of, restated_since
    from warehouse.release import current

    standing = current(marts)
    if standing is None or standing.stem == found.release:
        return
    told = restated_since(found, standing, _erased(marts / f"{found.release}.duckdb", standing))
    with contextlib.redirect_stdout(sys.stderr):
        print("\n" + "\n".join(lines_of(told)))
        if told.restated:
            columns = (
                "condition",
                "muscle_group",
                "measure",
                "horizon",
                "then",
                "then_n",
                "now",
                "now_n",
                "why",
            )
            rows = [plain(each) for each in told.restated]
            shown = [
                [
                    WITHHELD if row["is_withheld"] and name in ("now", "now_n") else row[name]
                    for name in columns
                ]
                for row in rows
            ]
            print_table("Restated since", columns, shown)
