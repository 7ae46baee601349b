"""The description of the marts as one page that needs no network: every table, column, test and reader."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from contracts.settings import Home
from infra.refusal import Refusal

PAGE: Final = "docs.html"


def write_docs(home: Home) -> Path:
    """Write ``marts/docs.html``, one file that needs nothing beside it; returns where it lies.

    It is made of the models and what their files say, not of data. Raises ``Refusal``.
    """
    from warehouse.durable import Disk, put

    home.marts.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = _generated(Path(folder))
    put(Disk(), home.marts / PAGE, page.encode())
    return home.marts / PAGE


def _generated(folder: Path) -> str:
    from warehouse.transform_run import PROJECT

    environment = os.environ | {
        "WAREHOUSE_FILE": str(folder / "working.duckdb"),
        "CANDIDATE_FILE": str(folder / "candidate.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    dbt = [str(Path(sys.executable).with_name("dbt")), "docs", "generate", "--static", "--empty-catalog"]
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    places += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        [*dbt, *places], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    page = folder / "target" / "static_index.html"
    if done.returncode or not page.exists():
        said = done.stdout.strip().splitlines()
        raise Refusal(f"The page could not be made: {said[-1] if said else 'dbt said nothing'}.")
    return page.read_text(encoding="utf-8")
