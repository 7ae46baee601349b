"""Remembers a process across our own runs, and never mistakes another process for it."""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Running:
    """The note about one process; ``path`` is where it is kept."""

    path: Path

    def remember(self, pid: int | None = None, **facts: Any) -> None:
        """Note a process (by default this one) with what else must be known of it."""
        process = psutil.Process(pid or os.getpid())
        write_json(self.path, {"pid": process.pid, "created": process.create_time()} | facts)

    def facts(self) -> dict[str, Any] | None:
        """What was noted, or None."""
        return read_json(self.path)

    def process(self) -> psutil.Process | None:
        """The process, unless it is gone or its number belongs to another one by now."""
        known = self.facts()
        if known is None:
            return None
        try:
            process = psutil.Process(int(known["pid"]))
            same = abs(process.create_time() - known["created"]) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def forget(self) -> None:
        """Remove the note."""
        self.path.unlink(missing_ok=True)

    def end(self, patience_s: float) -> bool:
        """Ask it to end, after ``patience_s`` seconds make it and its children; tell if there was one."""
        process = self.process()
        if process is None:
            self.forget()
            return False
        family = [process, *process.children(recursive=True)]
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
        _, left = psutil.wait_procs(family, timeout=patience_s)
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(left, timeout=5)
        self.forget()
        return True


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file, or None when there is no file."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write the object in one step, so that a reader never sees half of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    temporary.replace(path)
