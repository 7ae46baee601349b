import re
import stat
from pathlib import Path

import pytest

from infra.benchmarks.quix_environment import LOCK, NotToBeHad, python_with_quix

FAKE_UV = """#!/bin/sh
echo "$@" >> {calls}
case "$1" in
  venv) for last; do :; done; mkdir -p "$last/bin"; touch "$last/bin/python" ;;
  pip) {pip} ;;
esac
"""


def fake_uv(folder: Path, pip: str = "true") -> Path:
    path = folder / "uv"
    path.write_text(FAKE_UV.format(calls=folder / "calls", pip=pip))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_environment_is_made_once_from_pinned_hashes(tmp_path: Path) -> None:
    uv = fake_uv(tmp_path)
    python = python_with_quix(tmp_path / "kept", uv=uv)
    assert python.exists()
    assert python_with_quix(tmp_path / "kept", uv=uv) == python
    venv, install = (tmp_path / "calls").read_text().splitlines()
    assert venv.startswith("venv")
    assert install.endswith(f"--require-hashes -r {LOCK}")


def test_another_list_is_another_environment(tmp_path: Path) -> None:
    uv, lock = fake_uv(tmp_path), tmp_path / "other.lock"
    lock.write_text("quixstreams==0\n")
    assert python_with_quix(tmp_path, uv=uv) != python_with_quix(tmp_path, lock=lock, uv=uv)


def test_a_registry_that_does_not_answer_is_said_and_the_next_run_tries_again(tmp_path: Path) -> None:
    broken = fake_uv(tmp_path, pip="echo no such host >&2; exit 2")
    with pytest.raises(NotToBeHad, match="registry did not give Quix Streams: no such host"):
        python_with_quix(tmp_path / "kept", uv=broken)
    assert python_with_quix(tmp_path / "kept", uv=fake_uv(tmp_path)).exists()


def test_without_the_installer_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotToBeHad, match="did not run"):
        python_with_quix(tmp_path, uv=tmp_path / "nowhere")


def test_every_package_of_the_list_has_its_hashes_and_no_address() -> None:
    text = LOCK.read_text()
    pinned = re.findall(r"^([\w.-]+)==\S+(?: ; .+)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 20
    assert {"quixstreams", "msgspec", "pyyaml"} <= set(pinned)
    assert "://" not in text
