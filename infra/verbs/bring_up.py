"""The verbs ``myomap up`` and ``myomap down``."""

import signal
from types import FrameType
from typing import Annotated

import typer

from infra.report import AsJson, print_json


def up(
    ctx: typer.Context,
    detach: Annotated[bool, typer.Option(help="Return when all is ready; 'myomap down' stops it")] = False,
    refresh_every: Annotated[int, typer.Option(help="Seconds between refreshes of the marts", min=5)] = 300,
) -> None:
    """Run everything: broker, door, stream worker, refresher, dashboards; until Ctrl-C or 'down'."""
    from infra.stack import Stack

    signal.signal(signal.SIGTERM, _interrupt)
    stack = Stack(ctx.obj, refresh_every, say=lambda line: print(line, flush=True))
    stack.open(detach)
    finished = False
    try:
        stack.start()
        if detach:
            print("Everything runs. Stop it with: myomap down")
        else:
            print("Everything runs. Stop it with Ctrl-C here, or 'myomap down' in another shell.", flush=True)
            stack.wait()
        finished = True
    except KeyboardInterrupt:
        print("Stopping", flush=True)
    finally:
        if not (detach and finished):
            stack.close()


def down(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Stop everything that 'up' runs in this home."""
    from infra.stack import stop_stack

    stopped = stop_stack(ctx.obj.home)
    if as_json:
        print_json({"stopped": stopped})
    else:
        print("Everything is stopped." if stopped else "Nothing was running in this home.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
