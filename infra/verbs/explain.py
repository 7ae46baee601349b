"""The verb ``myomap explain PATIENT_KEY``."""

from typing import Annotated

import typer

from infra.report import AsJson, print_json


def explain(
    ctx: typer.Context,
    patient_key: str,
    track: Annotated[
        str | None, typer.Option(help="Only this track: a muscle group, or muscle_group:side")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="As it stood at the end of this day, or at this instant (on the clinic's clocks)"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell where a patient stands on the ladder, since when and why, what is missing, and what to watch."""
    from infra.explaining import explain_patient

    explanation = explain_patient(ctx.obj.home, patient_key, track, at)
    if as_json:
        print_json(explanation)
        return
    for line in explanation.lines:
        print(line)
