"""The verbs ``myomap lake verify`` and ``myomap lake compact``."""

import typer

from infra.report import AsJson, print_json

app = typer.Typer(help="The Parquet archive that everything can be rebuilt from.", no_args_is_help=True)


@app.command("verify")
def verify(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Read every file of the lake and hold it against the manifest; status 1 where something is wrong."""
    from infra.lake_care import lines_of, verify_lake
    from infra.progress import counting

    with counting("reading the lake", quiet=as_json) as advance:
        report = verify_lake(ctx.obj, advance)
    if as_json:
        print_json(report)
    else:
        for line in lines_of(report):
            print(line)
    if report.findings:
        raise typer.Exit(1)


@app.command("compact")
def compact(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Merge small sealed files into larger ones; landing does it too, whenever it is due."""
    from infra.lake_care import compact_lake
    from infra.progress import counting

    with counting("merging files", quiet=as_json) as advance:
        report = compact_lake(ctx.obj, advance)
    if as_json:
        print_json(report)
    elif report.files:
        print(f"{report.before:,} files became {report.after:,}, {len(report.files):,} of them new.")
    else:
        print(f"Nothing is due: the lake has {report.after:,} files.")
