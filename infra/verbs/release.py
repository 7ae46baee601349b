"""The verbs ``myomap release``: which releases there are, what stays of them, which one is in force."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from infra.report import AsJson, print_json, print_table

app = typer.Typer(help="Releases of the marts, and which one is in force.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="A release's number")]


@app.command("list")
def releases(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the releases that are there, the newest first, and why each is kept."""
    from infra.releasing import lines_of, listed

    found = listed(ctx.obj)
    if as_json:
        print_json(found)
        return
    columns = ("release", "built", "as of", "events", "patients", "kept because", "in use", "MB")
    print_table("Releases", columns, [each.words() for each in found.releases])
    for line in lines_of(found):
        print(line)


@app.command("pin")
def pin(ctx: typer.Context, number: Number) -> None:
    """Let a release stay whatever its age."""
    from warehouse.pins import pin

    pin(ctx.obj.home.marts, number)
    print(f"Release {number} is pinned. It stays until somebody is erased, or: myomap release unpin {number}")


@app.command("unpin")
def unpin(ctx: typer.Context, number: Number) -> None:
    """Let a release go when the policy says so."""
    from warehouse.pins import unpin

    unpin(ctx.obj.home.marts, number)
    print(f"Release {number} is no longer pinned.")


@app.command("rollback")
def rollback(ctx: typer.Context, number: Number) -> None:
    """Put an older release in force, and hold it until it is resumed."""
    from warehouse.pins import rollback

    rollback(ctx.obj.home.marts, number, datetime.now(UTC))
    print(
        f"Release {number} is in force and held there. Refreshes go on and make releases, but none comes "
        "into force until you say: myomap release resume"
    )


@app.command("resume")
def resume(ctx: typer.Context) -> None:
    """Put the newest release in force, and follow every release from now on."""
    from warehouse.pins import resume

    print(f"Release {resume(ctx.obj.home.marts)} is in force, and each one after it.")
