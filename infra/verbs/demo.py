"""The verb ``myomap demo``."""

from typing import Annotated

import typer

from infra.report import AsJson


def demo(
    ctx: typer.Context,
    leave: Annotated[bool, typer.Option("--exit", help="End after the summary instead of serving")] = False,
    small: Annotated[bool, typer.Option("--small", help="A tenth of the patients, for a quick look")] = False,
    seed: Annotated[int, typer.Option(help="The same seed plays the same clinics")] = 1,
    as_json: AsJson = False,
) -> None:
    """Play six simulated months of three clinics through the whole line and show the dashboards."""
    from infra.demo import run

    raise typer.Exit(run(ctx.obj, leave=leave, small=small, seed=seed, as_json=as_json))
