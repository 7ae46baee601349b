"""The verbs ``myomap policy check|try``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from infra.report import AsJson, print_json

app = typer.Typer(help="The rules by which tracks move, as data.", no_args_is_help=True)


@app.command("check")
def check(
    policy: Annotated[
        str | None, typer.Argument(help="A YAML file, or a released name (also NAME@VERSION); without: all")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check policies: whatever is wrong is said in words; fails where one cannot be used."""
    from infra.policy_checking import check as checked
    from infra.what_if import asked_for

    findings = checked(None if policy is None else asked_for(policy))
    wrong = [each for each in findings if each.severity == "error"]
    if as_json:
        print_json({"usable": not wrong, "findings": findings})
    else:
        for each in findings:
            print(each)
        what = "The policies" if policy is None else f"The policy {policy}"
        print(f"{what} cannot be used." if wrong else f"{what} can be used.")
    if wrong:
        raise typer.Exit(1)


@app.command("try")
def try_policy(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(help="A released name, NAME@VERSION, or the YAML file of a draft")],
    against: Annotated[
        str | None, typer.Option(help="Compare with this policy (without: each program's own)")
    ] = None,
    read_from: Annotated[
        Literal["stores", "lake"],
        typer.Option("--from", help="Take history from the workers' stores or the lake"),
    ] = "stores",
    condition: Annotated[
        list[str] | None,
        typer.Option(
            help="Only episodes of this condition, or 'all' (without: whom the policy is meant for)"
        ),
    ] = None,
    first: Annotated[int, typer.Option(min=0, help="So many tracks are listed")] = 20,
    picture: Annotated[
        Path | None, typer.Option(help="SVG file of the picture (without: in the home's folder what-if)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay history under another policy: who would be in another stage, when and why. Changes nothing."""
    from infra.what_if import try_policy as tried
    from infra.what_if import write_picture
    from infra.what_if_report import as_data, print_report

    found = tried(ctx.obj, policy, against, read_from, tuple(condition or ()), quiet=as_json)
    path = write_picture(found, ctx.obj.home, picture)
    if as_json:
        print_json(as_data(found, path))
    else:
        print_report(found, path, first)
