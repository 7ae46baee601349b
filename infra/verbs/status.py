"""The verb ``myomap status``."""

import typer

from infra.report import AsJson, plain, print_json, print_table


def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show what runs, where it answers, and which release is current."""
    from infra.condition import condition

    found = condition(ctx.obj)
    if as_json:
        print_json(found)
        return
    print_table("Services", ("service", "state", "where"), [plain(each).values() for each in found.services])
    print(f"Current release: {found.release or 'none yet; myomap refresh makes one'}")
    if found.held:
        print(found.held)
    if found.gate:
        print(found.gate.told())
    print(f"Home: {found.home}")
