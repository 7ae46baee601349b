"""The verb ``myomap doctor``."""

import typer

from infra.report import AsJson, print_json


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Look at Python, Java, ports, disk, broker and versions; each finding ends with what to do."""
    from infra.examination import examine

    findings = examine(ctx.obj)
    if as_json:
        print_json(findings)
    else:
        for each in findings:
            print(f"{'ok  ' if each.fine else 'LOOK'} {each.subject}: {each.said}")
            if each.advice:
                print(f"       → {each.advice}")
    raise typer.Exit(0 if all(each.fine for each in findings) else 1)
