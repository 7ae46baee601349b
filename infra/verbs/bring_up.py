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
    as_json: AsJson = False,
) -> None:
    """Run everything: broker, door, stream worker, refresher, dashboards; until Ctrl-C or 'down'."""
    from infra.stack import Stack

    signal.signal(signal.SIGTERM, _interrupt)
    say = _silent if as_json else _say
    stack = Stack(ctx.obj, refresh_every, say)
    stack.open(detach)
    finished = False
    try:
        stack.start()
        if as_json:
            print_json({"home": ctx.obj.home.root, "services": stack.addresses()})
        elsewhere = "with: myomap down" if detach else "with Ctrl-C here, or 'myomap down' in another shell."
        say(f"Everything runs. Stop it {elsewhere}")
        if not detach:
            stack.wait()
        finished = True
    except KeyboardInterrupt:
        say("Stopping")
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


def _say(line: str) -> None:
    print(line, flush=True)


def _silent(_line: str) -> None:
    return None


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
