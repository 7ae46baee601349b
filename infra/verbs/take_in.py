"""The verbs ``myomap ingest file|replay|serve|key|rejected|lookup``."""

from pathlib import Path
from typing import Annotated

import typer

from infra.report import AsJson, print_json, print_table

app = typer.Typer(help="The door: records come in here.", no_args_is_help=True)


@app.command("file")
def file(
    ctx: typer.Context,
    path: Path,
    source: Annotated[str, typer.Option(help="Name of the source that wrote the file")],
    as_json: AsJson = False,
) -> None:
    """Take in a file of a source; the same file again adds nothing."""
    from infra.door import ingest_file_at
    from infra.progress import counting

    with counting(f"Taking in {path.name}", quiet=as_json) as progress:
        report = ingest_file_at(ctx.obj, path, source, progress)
    if as_json:
        print_json(report)
        return
    columns = ("received", "accepted", "duplicate", "rejected", "in_flight", "dropped")
    print_table(f"{path.name} of {source}", columns, [[getattr(report, name) for name in columns]])
    if report.already_ingested:
        print("This file was taken in before; nothing was added.")
    for reason, count in sorted(report.reasons.items()):
        print(f"  {count:,} × {reason}")


@app.command("replay")
def replay(ctx: typer.Context, source: str, as_json: AsJson = False) -> None:
    """Take a source's rejected records in once more, after its contract was put right."""
    from infra.door import replay_rejected

    report = replay_rejected(ctx.obj, source)
    if as_json:
        print_json(report)
        return
    print(f"{report.replayed:,} rejected records of {source}: {report.recovered:,} recovered.")
    for reason, count in sorted(report.reasons.items()):
        print(f"  {count:,} × {reason}")


@app.command("serve")
def serve(ctx: typer.Context) -> None:
    """Serve the HTTP door until Ctrl-C."""
    from infra.connection import connected
    from infra.door import refuse_taken_door, serve_http

    refuse_taken_door(ctx.obj)
    with connected(ctx.obj, say=print) as settings:
        serve_http(settings)


@app.command("key")
def key(ctx: typer.Context, source: str, as_json: AsJson = False) -> None:
    """Make the API key with which a source may speak over HTTP; it is shown once."""
    from infra.door import new_key

    made = new_key(ctx.obj, source)
    if as_json:
        print_json({"source": source, "key": made})
    else:
        print(
            f"{made}\nGive it to {source} as header X-API-Key. It is shown once and replaces the one before."
        )


Actor = Annotated[str, typer.Option(help="Who asks; it is written down")]


@app.command("rejected")
def rejected(ctx: typer.Context, source: str, actor: Actor, ref: str = "", as_json: AsJson = False) -> None:
    """List a source's kept rejected records; with --ref show the bytes of one. Stays at the clinic."""
    from contracts.registry import load
    from infra.door import now
    from ingest.reviewing import kept_bytes, kept_records

    load().contract(source)
    if ref:
        text = kept_bytes(ctx.obj.home.door, source, ref, actor, now()).decode("utf-8", "backslashreplace")
        print_json({"ref": ref, "record": text}) if as_json else print(text)
        return
    kept = kept_records(ctx.obj.home.door, source, actor, now())
    if as_json:
        print_json(kept)
        return
    rows = [[each.ref, each.record_id, each.rejected_on, ", ".join(each.reasons)] for each in kept]
    print_table(f"Rejected records of {source}", ("ref", "record", "rejected on", "reasons"), rows)


@app.command("lookup")
def lookup(ctx: typer.Context, reference: str, actor: Actor, as_json: AsJson = False) -> None:
    """Print the key of the patient with the clinic's own reference; who asked is written down."""
    from infra.door import now
    from ingest.reviewing import key_of

    key = key_of(ctx.obj.home.door, reference, actor, now())
    print_json({"patient_key": key}) if as_json else print(key)
