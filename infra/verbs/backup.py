"""The verbs ``myomap backup`` and ``myomap restore`` of the door's left-side store."""

from pathlib import Path
from typing import Annotated

import typer

from infra.report import AsJson, print_json


def backup(
    ctx: typer.Context,
    to: Annotated[Path, typer.Argument(help="Folder to write the copy to; it must not exist")],
    as_json: AsJson = False,
) -> None:
    """Copy the vault, identity index, quarantine and keys; losing them splits every patient."""
    from infra.door_backup import back_up

    report = back_up(ctx.obj.home, to)
    if as_json:
        print_json(report)
    else:
        print(f"{report.files} files, {report.size_bytes:,} bytes are safe in {report.folder}.")
        print("It holds identifiers: keep it as you keep the door itself.")


def restore(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="Folder that 'backup' wrote")],
    as_json: AsJson = False,
) -> None:
    """Put a copy of the left-side store in place; refused where there is one already."""
    from infra.door_backup import put_back

    report = put_back(ctx.obj.home, source)
    if as_json:
        print_json(report)
    else:
        print(f"{report.files} files are restored to {report.folder}.")
