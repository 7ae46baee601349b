"""The verbs ``myomap checks list`` and ``myomap checks show``: the gate's catalogue, violating rows."""

from typing import Annotated

import typer

from infra.report import AsJson, print_json, print_table

app = typer.Typer(help="The gate's checks, and the rows that violate them.", no_args_is_help=True)
LISTED = ("status", "check_id", "category", "severity", "since_release", "observed")


@app.command("list")
def list_checks(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those that passed too")] = False,
    as_json: AsJson = False,
) -> None:
    """List the checks of the last gate that fail, drift or were put right."""
    from infra.checking import checks_of_last_gate

    found = checks_of_last_gate(ctx.obj.home, everything)
    if as_json:
        print_json(found)
        return
    if not found:
        print("No check of the last gate fails, drifts or was put right. --all lists those that pass.")
        return
    print_table("Checks of the last gate", LISTED, [[each[name] for name in LISTED] for each in found])


@app.command("show")
def show(ctx: typer.Context, check: str, as_json: AsJson = False) -> None:
    """Show a check's query and the rows of the last candidate that violate it. For operators."""
    from infra.checking import violating

    found = violating(ctx.obj.home, check, ctx.obj.warehouse_memory_mb)
    if as_json:
        print_json([dict(zip(found.columns, row, strict=True)) for row in found.rows])
        return
    print(f"{found.says}\n\n{found.query}\n")
    print_table(check, found.columns, found.rows)
