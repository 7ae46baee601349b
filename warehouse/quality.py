"""Great Expectations over profiles of the candidate, in a process of its own: its import takes seconds.

What it sees are a few rows per check, aggregated in DuckDB, so that its memory does not grow with the lake.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.catalogue import Check, written_checks
from warehouse.expectations import mart_checks
from warehouse.profiles import DEFAULT_MEMORY_MB, Profile, measured, opened, prepare, tables_of
from warehouse.refused import ReleaseRefused
from warehouse.spoken import EVENTS, spoken_checks

OFFLINE: Final = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
SHOWN: Final = 3
TOUCHED: Final = "m.patient_key IN (SELECT patient_key FROM lake.touched)"


@dataclass(frozen=True)
class Checked:
    """One check of the candidate, what was seen, and since when.

    name: the sentence of what should hold. metric, allowed: the worst place, and the most that is right.
    query: SQL that shows the violating rows. status: new, persisting, resolved, drifting or passed;
    since_release: the release in which that began.
    """

    check_id: str
    name: str
    category: str
    severity: str
    mart: str
    passed: bool
    metric: float
    allowed: float
    observed: str
    detail: str
    query: str
    status: str = "passed"
    since_release: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the candidate must not become a release because of it."""
        return not self.passed and self.severity == "refuse"


@dataclass(frozen=True)
class Quality:
    """The process of the checks, started early so that its import runs beside the building of the marts."""

    process: "subprocess.Popen[bytes]"
    answer: Path
    log: Path

    def check(self, only_touched: bool = False) -> tuple[Checked, ...]:
        """Have the finished files checked; raises ``ReleaseRefused`` when the checks themselves fail.

        only_touched: rows of people whom the build did not touch were checked by an earlier one.
        """
        self.process.communicate(b"touched\n" if only_touched else b"everybody\n")
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


def start_quality(files: Sequence[Path], work: Path, memory_mb: int = DEFAULT_MEMORY_MB) -> Quality:
    """Start the process over these database files; it gets ready and waits until ``check`` is called."""
    work.mkdir(parents=True, exist_ok=True)
    answer, log = work / "quality.json", work / "quality.log"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-m", "warehouse.quality", str(answer), str(memory_mb), *map(str, files)]
    with log.open("wb") as handle:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=handle, stderr=handle, env=os.environ | OFFLINE
        )
    return Quality(process, answer, log)


def refuse_unless_passed(checks: Iterable[Checked]) -> None:
    """Raise ``ReleaseRefused`` naming the checks that failed and whose severity refuses."""
    found = list(checks)
    failed = [each for each in found if each.refuses]
    if not failed:
        return
    told = "; ".join(f"{each.check_id} ({each.observed})" for each in failed[:SHOWN])
    more = f"; and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    raise ReleaseRefused(
        f"{len(failed)} of {len(found)} quality checks failed: {told}{more}. The current release stays. "
        "Look at the rows with myomap checks show CHECK, mend the data or the model that they come from, "
        "then run: myomap refresh"
    )


def check_files(
    files: Sequence[Path], only_touched: bool = False, memory_mb: int = DEFAULT_MEMORY_MB
) -> list[Checked]:
    """Check what is in these files; loads Great Expectations."""
    with opened(files, memory_mb) as connection:
        prepare(connection)
        checks = catalogue_of(tables_of(connection))
        only = TOUCHED if only_touched and "lake.touched" in tables_of(connection) else ""
        profiles = list(measured(connection, checks, only))
    return verdicts(checks, profiles, failed_places(profiles))


def catalogue_of(tables: Any) -> tuple[Check, ...]:
    """Every check that applies where these tables are, with their columns."""
    marts = mart_checks(tables)
    return (*marts, *spoken_checks(), *written_checks()) if EVENTS in tables else marts


def failed_places(profiles: Sequence[Profile]) -> set[tuple[str, str]]:
    """(check, place) of every profile above what is allowed, as Great Expectations finds them."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.expectations import ExpectColumnPairValuesAToBeGreaterThanB

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    failed: set[tuple[str, str]] = set()
    for mart in sorted({each.mart for each in profiles}):
        of_mart = [each for each in profiles if each.mart == mart]
        frame = pd.DataFrame([asdict(each) for each in of_mart])
        source = context.data_sources.add_pandas(mart)
        batches = source.add_dataframe_asset(mart).add_batch_definition_whole_dataframe("all")
        suite = gx.ExpectationSuite(name=mart)
        suite.add_expectation(
            ExpectColumnPairValuesAToBeGreaterThanB(column_A="allowed", column_B="metric", or_equal=True)
        )
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["check_id", "place"]}
        (result,) = batch.validate(suite, result_format=wanted).results
        failed |= {
            (row["check_id"], row["place"]) for row in result.result.get("unexpected_index_list") or ()
        }
        if not result.success and not failed:
            raise RuntimeError(f"{mart}: {result.exception_info}")
    return failed


def verdicts(
    checks: Sequence[Check], profiles: Sequence[Profile], failed: set[tuple[str, str]]
) -> list[Checked]:
    """What came of each check: its worst place, and in words what was seen."""
    by_check: dict[str, list[Profile]] = {}
    for each in profiles:
        by_check.setdefault(each.check_id, []).append(each)
    return [_checked(check, by_check[check.check_id], failed) for check in checks]


def _checked(check: Check, profiles: Sequence[Profile], failed: set[tuple[str, str]]) -> Checked:
    violating = [each for each in profiles if (each.check_id, each.place) in failed]
    worst = max(profiles, key=lambda each: each.metric)
    return Checked(
        check_id=check.check_id,
        name=check.says,
        category=check.category,
        severity=check.severity,
        mart=check.mart,
        passed=not violating,
        metric=worst.metric,
        allowed=check.allowed,
        observed=_observed(check, profiles, violating),
        detail="; ".join(f"{each.place} ({each.metric:.3g})" for each in violating[:SHOWN]),
        query=check.query,
    )


def _observed(check: Check, profiles: Sequence[Profile], violating: Sequence[Profile]) -> str:
    if problem := next((each.problem for each in profiles if each.problem), ""):
        return f"it could not be checked: {problem}"
    if check.counted or ".key" in check.check_id or ".in_" in check.check_id:
        return f"{profiles[0].metric:,.0f} of {profiles[0].n:,.0f} rows do not fit"
    worst = max(profiles, key=lambda each: each.metric)
    if violating:
        return f"{len(violating)} places, worst {worst.place}: {worst.metric:.2f}, at most {check.allowed:g}"
    return f"at most {worst.metric:.2f} of {check.allowed:g} ({worst.place})"


def main(arguments: list[str]) -> int:
    """``ANSWER MEMORY_MB FILE...``: get ready, wait for a line on standard input, check, write the answer."""
    import great_expectations as gx

    gx.get_context(mode="ephemeral")
    asked = sys.stdin.readline().strip()
    if not asked:
        return 1
    answer, memory_mb, *files = arguments
    checks = check_files([Path(each) for each in files], asked == "touched", int(memory_mb))
    Path(answer).write_text(json.dumps([asdict(each) for each in checks]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
