import os
import socket
import subprocess
import sys
from pathlib import Path

PROGRAM = "import os; from contracts.settings import settings_from; from streams.worker import run; "


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def run(home: Path, **variables: object) -> subprocess.CompletedProcess[str]:
    given = {f"MYOMAP_{name.upper()}": str(value) for name, value in variables.items()}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM + "run(settings_from(os.environ))"],
        env=os.environ | {"MYOMAP_HOME": str(home)} | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_broker_the_worker_ends_with_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    port = free_port()
    done = run(tmp_path, broker=f"127.0.0.1:{port}", worker_port=free_port())
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"myomap stream: There is no Kafka at 127.0.0.1:{port}")
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, broker="127.0.0.1:1", worker_port=taken.getsockname()[1])
    assert done.returncode == 1
    assert "MYOMAP_WORKER_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []
