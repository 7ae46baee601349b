"""The verb ``myomap simulate``."""

from pathlib import Path
from typing import Annotated

import typer

from infra.home import make_home, refuse_file_in_the_way
from infra.report import AsJson, print_json, print_table


def simulate(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Where to write [default: demo in the home]")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files")] = 1,
    small: Annotated[bool, typer.Option(help="A tenth of the patients")] = False,
    as_json: AsJson = False,
) -> None:
    """Write six months of three clinics as files in the sources' own formats, with the truth behind them."""
    from infra.demo import write_clinics

    if folder:
        refuse_file_in_the_way(folder, "folder", "Name another one.")
    else:
        make_home(ctx.obj.home)
    manifest = write_clinics(folder or ctx.obj.home.demo, seed, small)
    rows = [(each.source, each.clinic, each.records, each.path) for each in manifest.files]
    if as_json:
        print_json(manifest)
        return
    print_table(f"Written to {manifest.folder}", ("source", "clinic", "records", "file"), rows)
    print(
        f"{manifest.patients:,} patients, {manifest.episodes:,} episodes. The truth is in {manifest.truth}."
    )
