"""Runs the stream worker of an installation until it is stopped: ``python -m streams.worker``."""

import os
from typing import NoReturn

from contracts.settings import Settings, SettingsError, settings_from
from streams.app import build
from streams.collecting import load_and_spare
from streams.ending import leave
from streams.watchdog import USUAL, Limits


def run(settings: Settings, limits: Limits = USUAL) -> NoReturn:
    """Run until SIGINT or SIGTERM (exit 0), or until something is wrong (one line, exit 1)."""
    try:
        app = build(settings, limits)
        load_and_spare()
    except Exception as failure:
        leave(failure)
    app.finalize()
    worker = app.Worker(loglevel="warning", redirect_stdouts=False, quiet=True)
    worker.spinner = None  # it writes control codes even where there is no terminal
    worker.execute_from_commandline()
    raise SystemExit(0)


def main() -> NoReturn:
    """Run with the settings of the environment."""
    try:
        settings = settings_from(os.environ)
    except SettingsError as wrong:
        leave(wrong)
    run(settings)


if __name__ == "__main__":
    main()
