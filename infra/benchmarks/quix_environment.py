"""The environment of its own in which Quix Streams runs: made once, from a hash-pinned list.

Quix pins packages that ours must not be held to, so it is never installed beside ours.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).with_name("quix.lock")
PATIENCE_S: Final = 600.0


class NotToBeHad(Exception):
    """The environment cannot be made here; the message says why."""


def python_with_quix(folder: Path, lock: Path = LOCK, uv: Path | None = None) -> Path:
    """The interpreter that has Quix Streams; raises ``NotToBeHad``."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    place = folder / f"quix-{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    python, ready = place / "bin" / "python", place / "ready"
    if not ready.exists():
        shutil.rmtree(place, ignore_errors=True)
        program = str(uv or Path(sys.executable).with_name("uv"))
        _run([program, "venv", "--quiet", "--python", sys.executable, str(place)])
        install = [program, "pip", "install", "--quiet", "--python", str(python)]
        _run([*install, "--require-hashes", "-r", str(lock)])
        ready.touch()
    return python


def _run(command: list[str]) -> None:
    variables = {"UV_SYSTEM_CERTS": "1"} | dict(os.environ)
    try:
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotToBeHad(f"{Path(command[0]).name} did not run ({problem})") from problem
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise NotToBeHad(f"the package registry did not give Quix Streams: {said[-300:]}")
