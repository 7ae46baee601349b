"""What a person decides of releases holds until that person takes it back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from warehouse.pins import pin, pinned, resume, rollback, unpin
from warehouse.refused import LakeRefused, ReleaseRefused
from warehouse.release import Note, current, held

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    folder = tmp_path / "marts"
    folder.mkdir()
    for number in (1, 2, 3):
        made(folder, number)
    return folder


def made(marts: Path, number: int, erased: int = 0) -> None:
    (marts / f"{number}.duckdb").write_bytes(b"a release")
    note = Note(str(number), "digest", {}, erased, {})
    (marts / f"{number}.json").write_bytes(msgspec.json.encode(note))
    (marts / "current").write_text(f"{number}.duckdb\n")


def test_a_pin_is_kept_until_it_is_taken_back(marts: Path) -> None:
    assert pinned(marts) == frozenset()
    pin(marts, "2")
    pin(marts, "1")
    pin(marts, "2")
    assert pinned(marts) == {1, 2}
    unpin(marts, "2")
    assert pinned(marts) == {1}
    with pytest.raises(ReleaseRefused, match=r"not pinned\. Pinned are: 1"):
        unpin(marts, "2")


@pytest.mark.parametrize("number", ["9", "../1", "", "one"])
def test_what_is_not_there_can_be_neither_pinned_nor_put_in_force(marts: Path, number: str) -> None:
    with pytest.raises(ReleaseRefused, match="myomap release list"):
        pin(marts, number)
    with pytest.raises(ReleaseRefused, match="myomap release list"):
        rollback(marts, number, NOW)
    assert current(marts) == marts / "3.duckdb"


def test_a_rollback_holds_the_pointer_and_resume_lets_it_go_on(marts: Path) -> None:
    rollback(marts, "1", NOW)
    assert current(marts) == marts / "1.duckdb"
    hold = held(marts)
    assert hold is not None
    assert (hold.release, hold.at) == ("1", NOW.isoformat())
    rollback(marts, "2", NOW)
    assert current(marts) == marts / "2.duckdb"
    assert resume(marts) == "3"
    assert current(marts) == marts / "3.duckdb"
    assert held(marts) is None
    assert resume(marts) == "3", "said twice it changes nothing"


def test_a_file_without_a_note_was_never_finished_and_is_not_resumed_to(marts: Path) -> None:
    rollback(marts, "1", NOW)
    (marts / "4.duckdb").write_bytes(b"never finished")
    assert resume(marts) == "3"


@pytest.mark.parametrize("step", range(8))
def test_whichever_step_of_a_rollback_fails_it_can_be_said_again(
    marts: Path, failing_disk: Any, step: int
) -> None:
    try:
        rollback(marts, "1", NOW, failing_disk(step))
    except LakeRefused:
        standing = current(marts)
        assert standing in (marts / "3.duckdb", marts / "1.duckdb")
        assert standing == marts / "3.duckdb" or held(marts) is not None, "never back without a hold"
    rollback(marts, "1", NOW)
    assert current(marts) == marts / "1.duckdb"


def test_a_release_that_holds_people_erased_since_does_not_come_back(marts: Path) -> None:
    made(marts, 4, erased=1)
    for what in (lambda: rollback(marts, "3", NOW), lambda: pin(marts, "3")):
        with pytest.raises(ReleaseRefused, match="people who were erased since"):
            what()
    assert current(marts) == marts / "4.duckdb"
    assert held(marts) is None


def test_where_there_is_no_release_nothing_is_resumed(tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefused, match="myomap refresh"):
        resume(tmp_path)
