"""The verb ``myomap stream``: one stream worker, or several of them on this host."""

from typing import Annotated

import typer

from contracts.settings import MOST_WORKERS

app = typer.Typer(invoke_without_command=True)


@app.callback()
def stream(
    ctx: typer.Context,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_WORKERS, help="Workers on this host, which share the partitions"),
    ] = None,
) -> None:
    """Run the stream worker until Ctrl-C; the same as 'faust -A streams.app worker'."""
    if ctx.invoked_subcommand is not None:
        return
    from infra.connection import connected

    with connected(ctx.obj, say=print) as settings:
        count = workers or settings.workers
        if count > 1:
            from infra.crew import run_crew

            run_crew(settings, count, say=print)
            return
        from streams.worker import run

        run(settings)
