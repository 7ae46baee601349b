"""What the console script runs: the command line, or one sentence where it was not installed."""

import sys
from typing import Final

NEEDED: Final = ("typer", "rich")


def main() -> None:
    """Run the command line; without the packages that it stands on, say how to get them."""
    try:
        from infra.cli import main as run
    except ModuleNotFoundError as missing:
        if missing.name not in NEEDED:
            raise
        sys.exit(
            "myomap: The command line is not installed here. Install it with: pip install 'myomap[infra]'; "
            "a stream worker runs without it: faust -A streams.app worker"
        )
    run()
