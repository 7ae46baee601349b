"""The verbs ``myomap sources list|show``."""

from typing import Annotated, Final

import typer

from infra.report import AsJson, print_json, print_table

SHOWN: Final = ("field", "type", "required", "unit", "privacy", "meaning")
"""Columns of the catalogue that a table has room for."""

app = typer.Typer(help="What may be said, and by whom.", no_args_is_help=True)


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """Show every source with the version of its contract."""
    from contracts.registry import load

    registry = load()
    contracts = [registry.contract(name) for name in registry.sources()]
    rows = [
        {
            "source": each.source,
            "version": each.version,
            "title": each.title,
            "format": each.format,
            "fields": len(each.fields),
            "owner": each.owner,
        }
        for each in contracts
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        "Sources",
        ("source", "version", "title", "format", "fields", "owner"),
        [list(row.values()) for row in rows],
    )


@app.command("show")
def show(
    source: str,
    version: Annotated[int | None, typer.Option(help="[default: the latest]")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the contract of one source: each field with type, unit and privacy class."""
    from contracts.derive import catalogue
    from contracts.registry import load

    contract = load().contract(source, version)
    if as_json:
        print_json(contract)
        return
    print_table(
        f"{contract.source} v{contract.version}: {contract.title}",
        SHOWN,
        [[row[name] for name in SHOWN] for row in catalogue(contract)],
    )
