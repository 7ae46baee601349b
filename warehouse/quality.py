"""Great Expectations over the built marts, as a process of its own: its import alone takes many seconds."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.refused import ReleaseRefused

OFFLINE: Final = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
SHOWN: Final = 3


@dataclass(frozen=True)
class Checked:
    """One check of the built marts: its name, whether it passed, what was seen, and how it asked."""

    name: str
    passed: bool
    observed: str
    detail: str


@dataclass(frozen=True)
class Quality:
    """The process of the checks, started early so that its import runs beside the building of the marts."""

    process: "subprocess.Popen[bytes]"
    database: Path
    answer: Path
    log: Path

    def check(self) -> tuple[Checked, ...]:
        """Have the finished file checked; raises ``ReleaseRefused`` when the checks themselves fail."""
        self.process.communicate(b"go\n")
        try:
            if self.process.returncode == 0:
                return tuple(Checked(**each) for each in json.loads(self.answer.read_bytes()))
        except (OSError, ValueError, TypeError):
            pass
        raise ReleaseRefused(
            f"The quality checks could not run; their log is {self.log}. The current release stays. Mend "
            "what the log tells, then run: myomap refresh"
        )

    def stop(self) -> None:
        """End it when nobody waits for it any more."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def start_quality(database: Path, work: Path) -> Quality:
    """Start the process; it gets ready and waits until ``check`` is called."""
    work.mkdir(parents=True, exist_ok=True)
    answer, log = work / "quality.json", work / "quality.log"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-m", "warehouse.quality", str(database), str(answer)]
    with log.open("wb") as handle:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=handle, stderr=handle, env=os.environ | OFFLINE
        )
    return Quality(process, database, answer, log)


def refuse_unless_passed(checks: Iterable[Checked]) -> None:
    """Raise ``ReleaseRefused`` naming the checks that failed."""
    found = list(checks)
    failed = [each for each in found if not each.passed]
    if not failed:
        return
    told = "; ".join(f"{each.name} ({each.observed})" for each in failed[:SHOWN])
    more = f"; and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    raise ReleaseRefused(
        f"{len(failed)} of {len(found)} quality checks failed: {told}{more}. The current release stays. Mend "
        "the data or the model that it comes from, then run: myomap refresh"
    )


def check_database(database: Path) -> list[Checked]:
    """Check every mart of this file; loads Great Expectations."""
    import duckdb

    from warehouse.expectations import expectations_of

    context = _context()
    checks = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for mart in _marts(connection):
            frame = _frame(connection, mart)
            checks += _validated(context, mart, frame, expectations_of(mart, list(frame.columns)))
    return checks


def _context() -> Any:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def _marts(connection: Any) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def _frame(connection: Any, mart: str) -> Any:
    from warehouse.expectations import DERIVED, KEYS, expectations_of

    derived = DERIVED.get(mart, {})
    rows = connection.table(mart).set_alias("m")
    asked = expectations_of(mart, rows.columns)
    used = {name for each in asked for name in _columns_in(each.arguments)} | set(KEYS.get(mart, ()))
    wanted = [f'm."{name}"' for name in rows.columns if name in used]
    wanted += [f'{formula} AS "{name}"' for name, formula in derived.items()]
    return rows.project(", ".join(wanted)).df() if wanted else rows.limit(0).df()


def _columns_in(arguments: Mapping[str, Any]) -> Iterable[str]:
    for name in ("column", "column_A", "column_B"):
        if name in arguments:
            yield arguments[name]
    yield from arguments.get("column_list", ())


def _validated(context: Any, mart: str, frame: Any, expected: Iterable[Any]) -> list[Checked]:
    import great_expectations as gx

    asked = list(expected)
    if not asked:
        return []
    source = context.data_sources.add_pandas(mart)
    batches = source.add_dataframe_asset(mart).add_batch_definition_whole_dataframe("all")
    batch = batches.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name=mart)
    kinds = importlib.import_module("great_expectations.expectations")
    for each in asked:
        suite.add_expectation(getattr(kinds, each.kind)(**each.arguments, meta={"name": each.name}))
    found = batch.validate(suite)
    return [_checked(each) for each in found.results]


def _checked(result: Any) -> Checked:
    config = result.expectation_config
    counts = result.result or {}
    if result.exception_info and result.exception_info.get("raised_exception"):
        observed = str(result.exception_info.get("exception_message") or "it could not be checked")[:200]
    elif counts.get("element_count") is None:
        observed = "checked"
    else:
        observed = f"{counts.get('unexpected_count', 0)} of {counts['element_count']} rows do not fit"
    return Checked(config.meta["name"], bool(result.success), observed, config.type)


def main(arguments: list[str]) -> int:
    """``DATABASE ANSWER``: get ready, wait for a line on standard input, check, write the answer as JSON."""
    _context()
    if not sys.stdin.readline():
        return 1
    checks = check_database(Path(arguments[0]))
    Path(arguments[1]).write_text(json.dumps([asdict(each) for each in checks]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
