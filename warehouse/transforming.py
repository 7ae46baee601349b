"""The process in which dbt runs: it reads the project while others load, then builds and tests when asked.

    python -m warehouse.transforming PROJECT WORK

Each line of its standard input asks for a build, each line of its standard output answers one; when the
input ends, because nobody asks any more or the asking process died, so does this process.
"""

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, TextIO

import msgspec

QUIET: Final = ("--no-use-colors", "--no-write-json", "--log-level-file", "none")
# Unit tests speak of the models alone; they are run by the tests of this house, not at each release.
TESTED: Final = ("--resource-type", "test")
ESTIMATOR: Final = "estimator"


class Asked(msgspec.Struct, frozen=True):
    """A build: of everybody (``full``) or of the touched people; ``test_all`` rows, or theirs only."""

    full: bool
    test_all: bool = True


class Node(msgspec.Struct, frozen=True):
    """What came of one model or test; ``seconds`` is what it took."""

    unique_id: str
    status: str
    seconds: float
    failures: int | None = None
    message: str | None = None
    is_estimator: bool = False


class Answered(msgspec.Struct, frozen=True):
    """What came of a build; ``start_up_s``: reading the project, ``run_s`` and ``test_s``: with overhead."""

    nodes: tuple[Node, ...]
    start_up_s: float
    run_s: float
    test_s: float


class Transformer:
    """One dbt project, read once."""

    def __init__(self, project: Path, work: Path) -> None:
        began = time.monotonic()
        from dbt.cli.main import dbtRunner

        self._options = ["--project-dir", str(project), "--profiles-dir", str(project)]
        self._options += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
        parsed = dbtRunner().invoke([*QUIET, "parse", *self._options])
        if not parsed.success or parsed.result is None:
            raise SystemExit(f"the dbt project cannot be read: {parsed.exception}")
        self._runner = dbtRunner(manifest=parsed.result)
        self._nodes = parsed.result.nodes
        self.start_up_s = time.monotonic() - began

    def build(self, asked: Asked) -> Answered:
        """Build every model, and where all stand, test them."""
        began = time.monotonic()
        built = self._invoke("run", asked.full)
        ran = time.monotonic()
        tested = []
        if all(each.status == "success" for each in built):
            tested = self._invoke("test", asked.test_all, *TESTED)
        self._let_go()
        return Answered((*built, *tested), self.start_up_s, ran - began, time.monotonic() - ran)

    def _let_go(self) -> None:
        """Close the files, which others are to read."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def _invoke(self, verb: str, full: bool, *more: str) -> list[Node]:
        os.environ["WAREHOUSE_TESTS"] = "all" if full else "touched"
        wanted = ["--full-refresh"] if full and verb == "run" else []
        done = self._runner.invoke([*QUIET, verb, *self._options, *wanted, *more])
        if done.result is None:
            raise SystemExit(f"dbt {verb} broke off: {done.exception}")
        return [self._node(each) for each in done.result.results]

    def _node(self, result: Any) -> Node:
        name = result.node.unique_id
        return Node(
            name,
            str(result.status),
            result.execution_time,
            result.failures,
            result.message,
            ESTIMATOR in getattr(self._nodes.get(name), "tags", ()),
        )


def serve(project: Path, work: Path, lines: TextIO, answers: TextIO) -> None:
    """Answer each line until there are no more; a process whose asker died ends at once."""
    waiting: SimpleQueue[str | None] = SimpleQueue()
    threading.Thread(target=_read, args=(lines, waiting), daemon=True).start()
    transformer = Transformer(project, work)
    while (line := waiting.get()) is not None:
        answered = transformer.build(msgspec.json.decode(line, type=Asked))
        answers.write(msgspec.json.encode(answered).decode() + "\n")
        answers.flush()


def _read(lines: TextIO, waiting: "SimpleQueue[str | None]") -> None:
    for line in lines:
        waiting.put(line)
    # Nobody waits for what is under way; its files count as broken off.
    os._exit(0)


def main(arguments: Sequence[str]) -> None:
    """``PROJECT WORK``: answer on what was standard output; what dbt prints goes to standard error."""
    project, work = map(Path, arguments)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(project, work, sys.stdin, answers)


if __name__ == "__main__":
    main(sys.argv[1:])
