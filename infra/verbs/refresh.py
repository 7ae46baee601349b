"""The verb ``myomap refresh``."""

import sys
import time
from typing import Annotated

import typer

from contracts.settings import Settings
from infra.refusal import is_known
from infra.report import AsJson, plain, print_json


def refresh(
    ctx: typer.Context,
    every: Annotated[int, typer.Option(help="Repeat after so many seconds; 0 runs once", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Land what Kafka holds, build the marts, check them, release them."""
    while every:
        try:
            _once(ctx.obj, as_json)
        except Exception as failure:
            # A refusal is for the operator to read; the next round may find it put right.
            if not is_known(failure):
                raise
            print(f"Not refreshed, trying again in {every} s: {failure}", file=sys.stderr, flush=True)
        time.sleep(every)
    _once(ctx.obj, as_json)


def _once(settings: Settings, as_json: bool) -> None:
    from infra.refreshing import refresh_once

    report = refresh_once(
        settings, None if as_json else lambda step, state: print(f"{step}: {state}", flush=True)
    )
    if as_json:
        print_json(report)
        return
    facts = ", ".join(
        f"{name} {value}" for name, value in plain(report).items() if not isinstance(value, list | dict)
    )
    print(f"Released: {facts}", flush=True)
