"""An artefact comes back to the byte, large or small, and lies beside the releases."""

from pathlib import Path
from typing import Any

import pytest

from warehouse.artefact import LARGE, artefact_of, keep_artefact, kept_artefacts
from warehouse.refused import LakeRefused


@pytest.mark.parametrize("size", [0, 10, LARGE - 1, LARGE, LARGE * 3])
def test_an_artefact_comes_back_to_the_byte(tmp_path: Path, size: int) -> None:
    content = bytes(each % 251 for each in range(size))
    path = keep_artefact(tmp_path, "7", content)
    assert artefact_of(tmp_path, "7") == content
    assert path.name == ("7.json.gz" if size >= LARGE else "7.json")


def test_the_same_content_is_kept_in_the_same_bytes(tmp_path: Path) -> None:
    content = b"figures" * LARGE
    first = keep_artefact(tmp_path, "1", content).read_bytes()
    assert keep_artefact(tmp_path, "2", content).read_bytes() == first
    assert len(first) < len(content) / 10


def test_there_is_one_for_the_releases_that_have_one(tmp_path: Path) -> None:
    assert kept_artefacts(tmp_path) == ()
    assert artefact_of(tmp_path, "1") is None
    for number in ("10", "9"):
        keep_artefact(tmp_path, number, b"{}")
    (tmp_path / "reports" / "11.json.unfinished").write_bytes(b"torn")
    assert kept_artefacts(tmp_path) == (9, 10)


@pytest.mark.parametrize("step", range(3))
def test_a_torn_artefact_has_no_name(tmp_path: Path, failing_disk: Any, step: int) -> None:
    with pytest.raises(LakeRefused, match="could not be written"):
        keep_artefact(tmp_path, "1", b"figures", failing_disk(step))
    assert artefact_of(tmp_path, "1") in (None, b"figures")
