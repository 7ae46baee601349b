"""Keeps what happened in a run, and shows it as a table and as a file."""

import json
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Journal:
    """What was done to a run, in its order; ``seed`` makes it happen again."""

    name: str
    seed: int
    begun: float = field(default_factory=time.monotonic)
    notes: list[tuple[float, str, str]] = field(default_factory=list)

    def note(self, what: str, detail: str = "") -> None:
        """Something happened now."""
        self.notes.append((round(time.monotonic() - self.begun, 2), what, detail))

    def count(self, what: str) -> int:
        """How often this happened."""
        return sum(1 for _, each, _ in self.notes if each == what)

    def figures(self, **more: Any) -> dict[str, Any]:
        """The run in figures: seed, seconds, what happened how often, and what else is given."""
        happened = Counter(what for _, what, _ in self.notes)
        seconds = round(time.monotonic() - self.begun, 1)
        return {"run": self.name, "seed": self.seed, "seconds": seconds, **more, "happened": dict(happened)}

    def write(self, path: Path, **more: Any) -> str:
        """Write figures and notes to a file as JSON; the figures as a table for people."""
        figures = self.figures(**more)
        path.write_text(json.dumps(figures | {"notes": self.notes}, indent=1) + "\n", encoding="utf-8")
        rows = figures | figures.pop("happened")
        width = max(map(len, rows))
        return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows.items())


def journal_of(test: str) -> Journal:
    """A journal with the seed of ``CRASH_SEED``, or another one in each run; says how to run it again."""
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(100_000))
    target = "nightly" if "nightly" in test else "e2e"
    name = test.split("[")[0]
    print(f"seed {seed}; the same again: CRASH_SEED={seed} make {target} ARGS='-k {name}'")
    return Journal(test, seed)
