"""The verbs ``myomap marts``: questions of an operator to the current release, and what its tables mean."""

import typer

from infra.report import AsJson, print_json, print_table

app = typer.Typer(help="The released figures.", no_args_is_help=True)


@app.command("sql")
def sql(ctx: typer.Context, statement: str, as_json: AsJson = False) -> None:
    """Run one read-only SELECT on the current release. For operators: nothing is hidden."""
    from infra.marts_query import query

    answer = query(ctx.obj.home, statement)
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
        return
    print_table(f"Release {answer.release}", answer.columns, answer.rows)


@app.command("docs")
def docs(ctx: typer.Context) -> None:
    """Write one page that describes every table and column; it needs no network to be read."""
    from infra.marts_docs import write_docs

    typer.echo(str(write_docs(ctx.obj.home)))
