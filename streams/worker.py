"""Runs the stream worker of an installation until it is stopped."""

from typing import NoReturn

from contracts.settings import Settings
from streams.app import build
from streams.ending import leave


def run(settings: Settings) -> NoReturn:
    """Run until SIGINT or SIGTERM (exit 0), or until something is wrong (one line, exit 1)."""
    try:
        app = build(settings)
    except Exception as failure:
        leave(failure)
    app.finalize()
    worker = app.Worker(loglevel="warning", redirect_stdouts=False, quiet=True)
    worker.spinner = None  # it writes control codes even where there is no terminal
    worker.execute_from_commandline()
    raise SystemExit(0)
