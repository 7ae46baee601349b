"""Runs the dbt project on the files that are being built, as a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from warehouse.refused import ReleaseRefused
from warehouse.transforming import Answered, Asked, Node

PROJECT: Final = Path(__file__).parent / "transform"
SHOWN: Final = 3
"""So many failures are told in the sentence; the log has all."""
DEFAULT_MEMORY_MB: Final = 1000


@dataclass(frozen=True)
class Transformed:
    """What dbt built and checked, and the seconds of each part; ``start_up_s`` may have run beside others."""

    models: int
    tests: int
    start_up_s: float = 0
    models_s: float = 0
    estimators_s: float = 0
    tests_s: float = 0
    overhead_s: float = 0

    def told(self) -> str:
        """One line of it."""
        return (
            f"{self.models} models in {self.models_s:.1f} s, estimators {self.estimators_s:.1f} s, "
            f"{self.tests} tests {self.tests_s:.1f} s; start-up {self.start_up_s:.1f} s beside the loading, "
            f"dbt's own {self.overhead_s:.1f} s"
        )


@dataclass(frozen=True)
class Transform:
    """A dbt process that was started: it reads the project, waits to be asked, and is stopped."""

    process: "subprocess.Popen[bytes]"
    work: Path

    def build(self, full: bool = True, test_all: bool = True) -> Transformed:
        """Build and test; raises ``ModelsRefused`` or ``TestsRefused`` with what failed."""
        answered = self._asked(Asked(full, test_all))
        failed = [each for each in answered.nodes if each.status in ("error", "fail", "runtime error")]
        if failed:
            of_models = any(each.unique_id.startswith("model.") for each in failed)
            raise (ModelsRefused if of_models else TestsRefused)(_sentence(failed, self.work))
        return transformed_of(answered)

    def stop(self) -> None:
        """End it when nobody asks it any more."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # a question to one who died is still unwritten
                    pipe.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def _asked(self, asked: Asked) -> Answered:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101 - both are pipes
        try:
            stdin.write(msgspec.json.encode(asked) + b"\n")
            stdin.flush()
            return msgspec.json.decode(stdout.readline(), type=Answered)
        except (OSError, msgspec.DecodeError):
            self.process.wait()
            raise ModelsRefused(_sentence([], self.work)) from None


class ModelsRefused(ReleaseRefused):
    """Models could not be built: the files are not whole."""


class TestsRefused(ReleaseRefused):
    """The models stand, but what is in them is not right."""

    __test__ = False


def start_transform(
    project: Path, working: Path, candidate: Path, work: Path, memory_mb: int = DEFAULT_MEMORY_MB
) -> Transform:
    """Start dbt for these two files; what it parsed is kept in ``work`` for the next time.

    It opens the files when it is asked to build, so they may be filled meanwhile.
    """
    work.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "WAREHOUSE_FILE": str(working),
        "CANDIDATE_FILE": str(candidate),
        "WAREHOUSE_MEMORY": f"{memory_mb}MB",
        "WAREHOUSE_THREADS": str(len(os.sched_getaffinity(0))),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [sys.executable, "-m", "warehouse.transforming", str(project), str(work)]
    with (work / "dbt.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=work, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
    return Transform(process, work)


def transformed_of(answered: Answered) -> Transformed:
    """Counts and seconds of a build."""
    tests = [each for each in answered.nodes if each.unique_id.startswith("test.")]
    models = [each for each in answered.nodes if not each.unique_id.startswith("test.")]
    estimators = [each for each in models if each.is_estimator]
    of_tests, of_models, of_estimators = map(_seconds, (tests, models, estimators))
    return Transformed(
        models=len(models),
        tests=len(tests),
        start_up_s=answered.start_up_s,
        models_s=of_models - of_estimators,
        estimators_s=of_estimators,
        tests_s=of_tests,
        overhead_s=max(answered.run_s + answered.test_s - of_models - of_tests, 0),
    )


def _seconds(nodes: Iterable[Node]) -> float:
    return sum(each.seconds for each in nodes)


def _sentence(failed: list[Node], work: Path) -> str:
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


def _failure(node: Node) -> str:
    kind, name = node.unique_id.split(".")[0], node.unique_id.split(".")[2]
    if node.status == "fail":
        return f"{kind} {name} found {node.failures or 0} rows"
    message = " ".join(str(node.message or "no message").split())
    return f"{kind} {name} failed ({message[:300]})"


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line]
    return said[-1][:300] if said else "dbt said nothing."
