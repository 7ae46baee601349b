"""The verb ``myomap stream``."""

import typer


def stream(ctx: typer.Context) -> None:
    """Run the stream worker until Ctrl-C; the same as 'faust -A streams.app worker'."""
    from infra.connection import connected

    with connected(ctx.obj, say=print) as settings:
        from streams.worker import run

        run(settings)
