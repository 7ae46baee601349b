"""The verb ``myomap stream rebuild``."""

from typing import Annotated

import typer

from infra.report import AsJson, print_json, print_table


def rebuild(
    ctx: typer.Context,
    partition: Annotated[
        list[int] | None, typer.Option(help="Only this partition; may be given again [default: all]", min=0)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the state stores anew from the lake; the old ones are kept beside the new ones."""
    from infra.progress import Steps
    from infra.rebuilding import rebuild_stores

    with Steps(quiet=as_json) as steps:
        rebuilt = rebuild_stores(ctx.obj, partition, steps)
    if as_json:
        print_json(rebuilt)
        return
    columns = ("partition", "next offset", "patients", "published", "withdrawn", "quarantined", "replaced")
    rows = [
        (
            each.partition,
            each.next_offset,
            each.patients,
            each.published,
            each.withdrawn,
            each.quarantined,
            each.replaced,
        )
        for each in rebuilt
    ]
    print_table("State stores made anew from the lake", columns, rows)
    print("They are published. The worker reads on from there: myomap stream")
