"""The verb ``myomap refresh``."""

import time
from typing import Annotated

import typer

from infra.report import AsJson, plain, print_json


def refresh(
    ctx: typer.Context,
    every: Annotated[int, typer.Option(help="Repeat after so many seconds; 0 runs once", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Land what Kafka holds, build the marts, check them, release them."""
    from infra.refreshing import refresh_once

    while True:
        report = refresh_once(
            ctx.obj, None if as_json else lambda step, state: print(f"{step}: {state}", flush=True)
        )
        if as_json:
            print_json(report)
        else:
            facts = ", ".join(
                f"{name} {value}"
                for name, value in plain(report).items()
                if not isinstance(value, list | dict)
            )
            print(f"Released: {facts}", flush=True)
        if not every:
            return
        time.sleep(every)
