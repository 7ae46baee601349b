"""The verbs ``myomap broker start|stop|status``."""

from typing import Annotated

import typer

from contracts.settings import Home
from infra.refusal import Refusal
from infra.report import AsJson, print_json

app = typer.Typer(help="The local Kafka of this home.", no_args_is_help=True)


@app.command("start")
def start(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Port to use [default: a free one, kept]", min=1, max=65535)
    ] = None,
    foreground: Annotated[bool, typer.Option(help="Stay, and end with this process")] = False,
    as_json: AsJson = False,
) -> None:
    """Start Kafka in the background; it runs until 'broker stop'."""
    from infra.broker import LocalBroker

    say = None if as_json else lambda line: print(line, flush=True)
    broker = LocalBroker(_own_home(ctx), port=port, say=say)
    if foreground:
        broker.become()
    status = broker.start(detached=True)
    if as_json:
        print_json(status)
    else:
        print(f"Kafka {status.version} answers at {status.bootstrap} (process {status.pid}).")


@app.command("stop")
def stop(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Stop the Kafka of this home; its data stays."""
    from infra.broker import LocalBroker

    stopped = LocalBroker(_own_home(ctx)).stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        print("Kafka is stopped; its data stays." if stopped else "No Kafka of this home was running.")


@app.command("status")
def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Tell whether the Kafka of this home runs, and where."""
    from infra.broker import LocalBroker

    found = LocalBroker(_own_home(ctx)).status()
    if as_json:
        print_json(found)
    elif found.running:
        print(
            f"Kafka {found.version} answers at {found.bootstrap} (process {found.pid}). Its log: {found.log}"
        )
    else:
        print("Kafka is not running. Start it with 'myomap broker start'.")
    raise typer.Exit(0 if found.running else 1)


def _own_home(ctx: typer.Context) -> Home:
    if not ctx.obj.own_broker:
        raise Refusal(
            f"The broker {ctx.obj.kafka.bootstrap} is yours; Myomap neither starts nor stops it. "
            "Leave --broker and MYOMAP_BROKER away to use a local one."
        )
    home: Home = ctx.obj.home
    return home
