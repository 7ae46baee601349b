"""The command line ``myomap``: what the user typed becomes settings and one verb."""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from contracts.settings import Home, KafkaSettings, Settings, settings_from
from infra.home import make_home, refuse_file_in_the_way
from infra.refusal import Refusal, is_known
from infra.verbs import (
    backup,
    bring_up,
    broker,
    checks,
    demo,
    doctor,
    explain,
    lake,
    marts,
    policy,
    quarantined,
    rebuild,
    refold,
    refresh,
    release,
    replay,
    report,
    simulate,
    sources,
    status,
    stream,
    take_in,
    topics,
)

GLOBAL_OPTIONS: Final = ("--home", "--broker")

app = typer.Typer(
    name="myomap",
    help="From a clinic's events to the answers of its director, therapists and data engineers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(bring_up.up)
app.command("down")(bring_up.down)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)
app.add_typer(sources.app, name="sources")
app.add_typer(take_in.app, name="ingest")
stream.app.command("rebuild")(rebuild.rebuild)
stream.app.command("refold")(refold.refold)
app.add_typer(stream.app, name="stream")
app.add_typer(quarantined.app, name="quarantined")
app.command("replay")(replay.replay)
app.command("refresh")(refresh.refresh)
app.add_typer(lake.app, name="lake")
app.add_typer(marts.app, name="marts")
app.add_typer(checks.app, name="checks")
app.add_typer(release.app, name="release")
app.command("report")(report.report)
app.command("explain")(explain.explain)
app.add_typer(policy.app, name="policy")
app.add_typer(broker.app, name="broker")
app.command("topics")(topics.topics)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)


@app.callback()
def globally(
    ctx: typer.Context,
    home: Annotated[str | None, typer.Option(help="Folder that holds all state [default: .myomap]")] = None,
    broker: Annotated[str | None, typer.Option(help="HOST:PORT of your Kafka, or 'local'")] = None,
) -> None:
    """Every verb takes --home and --broker, before or after its name."""
    ctx.obj = settings_of(os.environ, home, broker)
    refuse_file_in_the_way(ctx.obj.home.root, "home", "Name a folder with --home.")
    refuse_missing_files(ctx.obj.kafka)


def refuse_missing_files(kafka: KafkaSettings) -> None:
    """Refuse PEM files that are named and not there."""
    named = (
        ("MYOMAP_KAFKA_CA_FILE", kafka.ca_file),
        ("MYOMAP_KAFKA_CERT_FILE", kafka.cert_file),
        ("MYOMAP_KAFKA_KEY_FILE", kafka.key_file),
    )
    for variable, path in named:
        if path and not Path(path).is_file():
            raise Refusal(f"{variable} names {path}, which is no file. Name a PEM file that is there.")


def settings_of(environment: Mapping[str, str], home: str | None, broker: str | None) -> Settings:
    """The settings of this call: options win over the environment."""
    variables = dict(environment)
    if home:
        variables["MYOMAP_HOME"] = home
    if broker == "local":
        variables.pop("MYOMAP_BROKER", None)
    elif broker:
        variables["MYOMAP_BROKER"] = broker
    return settings_from(variables)


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The same arguments with --home and --broker moved in front of the verb."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word == "--":
            rest += [word, *waiting]
        elif word in GLOBAL_OPTIONS:
            front += [word, *([value] if (value := next(waiting, None)) is not None else [])]
        elif word.startswith(tuple(f"{option}=" for option in GLOBAL_OPTIONS)):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def main() -> None:
    """Run the verb; a user's mistake is a sentence, anything unforeseen goes to a log with a sentence."""
    try:
        app(args=globals_first(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, for example `head`; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except Exception as failure:
        if is_known(failure):
            sys.exit(f"myomap: {failure}")
        sys.exit(f"myomap: {_unforeseen(failure)}")


def _home_of(arguments: Sequence[str]) -> Path:
    """The home of this call, found without the parser, which may be what failed."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--home" and following:
            return Path(following)
        if word.startswith("--home="):
            return Path(word.partition("=")[2])
    return Path(os.environ.get("MYOMAP_HOME") or ".myomap")


def _unforeseen(failure: Exception) -> str:
    home = Home(_home_of(sys.argv[1:]))
    path = home.logs / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    text = "".join(traceback.format_exception(failure))
    try:
        make_home(home)
        home.logs.mkdir(exist_ok=True)
        # What an unforeseen error says may hold what was being worked on.
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return f"something unforeseen happened, and its log could not be written to {path}:\n{text}"
    return f"something unforeseen happened ({type(failure).__name__}: {failure}). The details are in {path}."


if __name__ == "__main__":
    main()
