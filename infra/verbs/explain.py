"""The verb ``myomap explain PATIENT_KEY``."""

import typer

from infra.report import AsJson, print_json


def explain(ctx: typer.Context, patient_key: str, as_json: AsJson = False) -> None:
    """Tell where a patient stands on the ladder, how it came to that, and what is missing."""
    from infra.explaining import explain_patient

    explanation = explain_patient(ctx.obj.home, patient_key)
    if as_json:
        print_json(explanation)
        return
    for line in explanation.lines:
        print(line)
