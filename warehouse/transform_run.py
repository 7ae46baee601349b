"""Runs the dbt project on the file that is being built, as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.refused import ReleaseRefused

PROJECT: Final = Path(__file__).parent / "transform"
SHOWN: Final = 3
"""So many failures are told in the sentence; the log has all."""


@dataclass(frozen=True)
class Transformed:
    """What dbt built and checked."""

    models: int
    tests: int


@dataclass(frozen=True)
class Transform:
    """A dbt process that was started: ``wait`` for it, or ``stop`` it."""

    process: "subprocess.Popen[bytes]"
    work: Path

    def wait(self) -> Transformed:
        """Wait for its end; raises ``ReleaseRefused`` with what failed."""
        code = self.process.wait()
        results = _results(self.work)
        failed = [each for each in results if each["status"] in ("error", "fail", "runtime error")]
        if code or failed:
            raise ReleaseRefused(_sentence(failed, self.work))
        tests = sum(each["unique_id"].startswith("test.") for each in results)
        return Transformed(len(results) - tests, tests)

    def stop(self) -> None:
        """End it when nobody waits for it any more."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def start_transform(project: Path, database: Path, work: Path, variables: Mapping[str, str]) -> Transform:
    """Start ``dbt build`` on this database; what it parsed is kept in ``work`` for the next time."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "target" / "run_results.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build"]
    command += ["--project-dir", str(project), "--profiles-dir", str(project), "--threads", "2"]
    command += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    # Unit tests speak of the models alone; they are run by the tests of this house, not at each release.
    command += ["--vars", json.dumps(dict(variables)), "--exclude-resource-type", "unit_test"]
    environment = os.environ | {
        "WAREHOUSE_FILE": str(database),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    with (work / "dbt.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    return Transform(process, work)


def _results(work: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads((work / "target" / "run_results.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return []
    results: list[dict[str, Any]] = found["results"]
    return results


def _sentence(failed: list[dict[str, Any]], work: Path) -> str:
    log = work / "dbt.log"
    if not failed:
        return (
            f"The marts could not be built: {_last_line(log)} The current release stays. Read {log}, mend "
            "warehouse/transform, then run: myomap refresh"
        )
    told = "; ".join(_failure(each) for each in failed[:SHOWN])
    more = f"; and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    return (
        f"The marts did not pass: {told}{more}. The current release stays. Read {log}, mend the model or the "
        "data, then run: myomap refresh"
    )


def _failure(result: dict[str, Any]) -> str:
    kind, name = result["unique_id"].split(".")[0], result["unique_id"].split(".")[2]
    if result["status"] == "fail":
        return f"{kind} {name} found {result.get('failures') or 0} rows"
    message = " ".join(str(result.get("message") or "no message").split())
    return f"{kind} {name} failed ({message[:300]})"


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line]
    return said[-1][:300] if said else "dbt said nothing."
