"""The verbs ``myomap quarantined list|replay``."""

from typing import Annotated

import typer

from infra.report import AsJson, print_json, print_table

app = typer.Typer(help="Canonical records that could not be decoded or folded.", no_args_is_help=True)


@app.command("list")
def list_quarantined(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the records that were set aside, and which of them are still open."""
    from infra.quarantined import listed

    found = listed(ctx.obj)
    if as_json:
        print_json(found)
        return
    if not found:
        print("No record was set aside.")
        return
    columns = ("partition", "offset", "reason", "path", "bytes from", "state")
    rows = [(each.partition, each.offset, each.reason, each.path, each.kept_in, each.state) for each in found]
    print_table("Records set aside", columns, rows)


@app.command("replay")
def replay(
    ctx: typer.Context,
    partition: Annotated[int | None, typer.Option(help="Partition of one record", min=0)] = None,
    offset: Annotated[int | None, typer.Option(help="Offset of one record", min=0)] = None,
    reason: Annotated[str | None, typer.Option(help="Every open record with this reason")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open record")] = False,
    as_json: AsJson = False,
) -> None:
    """Read records again with today's code; what is an event now goes to the log under its key."""
    from infra.reading_again import Choice, read_again

    found = read_again(ctx.obj, Choice(partition, offset, reason, everything))
    if as_json:
        print_json(found)
        return
    if not found:
        print("No open record was chosen. See which there are: myomap quarantined list")
        return
    columns = ("partition", "offset", "reason", "outcome")
    print_table(
        "Records read again",
        columns,
        [(each.partition, each.offset, each.reason, each.state) for each in found],
    )
