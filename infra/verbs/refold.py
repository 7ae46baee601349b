"""The verb ``myomap stream refold``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from infra.report import AsJson, print_json, print_table

if TYPE_CHECKING:
    from infra.refolding import Move


def refold(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report; change nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Derive every state anew under today's rules, and tell who changed stage."""
    from infra.progress import Steps
    from infra.refolding import refold_stores, sentence_of

    with Steps(quiet=as_json) as steps:
        report = refold_stores(ctx.obj, dry_run, steps)
    if as_json:
        print_json(report)
        return
    if report.moves:
        _print_moves(report.moves)
    print(sentence_of(report))


def _print_moves(moves: "Sequence[Move]") -> None:
    rows = [(each.from_stage or "none", each.to_stage or "none", each.tracks) for each in moves]
    print_table("Tracks that changed stage", ("from", "to", "tracks"), rows)
