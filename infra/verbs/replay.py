"""The verb ``myomap replay --check``."""

from typing import Annotated

import typer

from infra.report import AsJson, print_json


def replay(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Compare with what the stream published")] = False,
    landed_only: Annotated[
        bool, typer.Option("--landed-only", help="Take the lake as it is; no Kafka is needed")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replay the lake through the stream's own fold and hold it against what the stream published."""
    from infra.replaying import lines_of, replay_check

    if not check:
        raise typer.BadParameter("Say what the replay is for: myomap replay --check")
    report = replay_check(ctx.obj, landed_only)
    if as_json:
        print_json(report)
    else:
        for line in lines_of(report):
            print(line)
    if not report.agrees:
        raise typer.Exit(1)
