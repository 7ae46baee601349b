"""A folder is a place for a lake; what is in it beside the manifest can be listed and swept."""

from pathlib import Path

import pytest

from warehouse.durable import TEMPORARY
from warehouse.refused import LakeRefused
from warehouse.storage import MANIFEST, LocalFolder, storage_at

NAME = "events/p000/a.parquet"


def test_what_is_put_is_there_for_readers_under_its_name(tmp_path: Path) -> None:
    place = LocalFolder(tmp_path)
    place.put(NAME, b"12")
    assert place.get(NAME) == place.local(NAME, "").read_bytes() == b"12"
    assert place.where(NAME) == str(tmp_path / NAME)
    place.remove(NAME)
    place.remove(NAME)
    with pytest.raises(FileNotFoundError):
        place.get(NAME)


def test_the_manifest_is_no_file_of_the_lake_but_what_was_left_unfinished_is(tmp_path: Path) -> None:
    place = LocalFolder(tmp_path)
    assert place.manifest() is None
    place.swap_manifest(b"{}")
    place.put(NAME, b"12")
    (tmp_path / f"{MANIFEST}{TEMPORARY}").write_bytes(b"torn")
    assert place.manifest() == b"{}"
    assert sorted(place.names()) == [NAME, f"{MANIFEST}{TEMPORARY}"]


def test_a_folder_may_be_given_as_a_path_and_a_storage_stays_what_it_is(tmp_path: Path) -> None:
    place = storage_at(tmp_path)
    assert place == LocalFolder(tmp_path, place.disk)  # type: ignore[attr-defined]
    assert storage_at(place) is place


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LakeRefused, match="could not be written"):
        LocalFolder(tmp_path / "file").swap_manifest(b"{}")
