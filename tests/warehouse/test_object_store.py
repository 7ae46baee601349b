"""A lake in an object store: nothing is renamed, the manifest commits, and a torn one is never read."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from contracts import events as said
from contracts.settings import settings_from
from warehouse.lake import Lake, events_of, open_lake, storage_of
from warehouse.land import land
from warehouse.manifest import Manifest, read_manifest, write_manifest
from warehouse.object_store import MANIFESTS, ObjectStore, object_store
from warehouse.refused import LakeRefused
from warehouse.verification import verify

SIZES = {"events": 3, "progression": 4, "transitions": 5}
MakeStore = Callable[..., ObjectStore]


@pytest.fixture
def store(tmp_path: Path) -> MakeStore:
    """Stores of one place, each with copies of its own; a file system of pyarrow stands for the objects."""

    def make(copies: str = "copies", system: Any = None) -> ObjectStore:
        place = (tmp_path / "bucket" / "lake").as_posix()
        return ObjectStore(system or fs.LocalFileSystem(), place, tmp_path / copies, "s3://clinics/lake")

    return make


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Address of an empty bucket of a local stand-in for S3."""
    from moto.server import ThreadedMotoServer

    kept = dict(os.environ)
    secrets = {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    os.environ.update(secrets)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    place = f"127.0.0.1:{server.get_host_and_port()[1]}"
    system = fs.S3FileSystem(
        endpoint_override=place, scheme="http", region="us-east-1", allow_bucket_creation=True
    )
    system.create_dir("clinics")
    yield f"s3://clinics/lake?endpoint_override={place}&scheme=http&region=us-east-1"
    server.stop()
    os.environ.clear()
    os.environ.update(kept)


def content(place: Any, manifest: Manifest) -> dict[str, bytes]:
    return {each.file: place.get(each.file) for each in manifest.segments if each.sealed}


def test_a_lake_in_s3_is_landed_read_grown_erased_from_and_verified_as_one_in_a_folder(
    s3: str, clinic_log: Any, make_course: Any, tmp_path: Path, now: datetime
) -> None:
    home = settings_from({"MYOMAP_HOME": str(tmp_path / "home"), "MYOMAP_LAKE": s3}).home
    storage = storage_of(home)
    land(storage, clinic_log, now, segment_offsets=SIZES)
    assert list(events_of(open_lake(home), make_course(4).key)) == make_course(4).events
    course = make_course(3)
    clinic_log.say(said.PatientErased(**course.at(now)), *make_course(20).events)
    landed = land(storage_of(home), clinic_log, now, segment_offsets=SIZES)
    local = land(tmp_path / "folder", clinic_log, now, segment_offsets=SIZES)
    local = land(tmp_path / "folder", clinic_log, now, segment_offsets=SIZES)
    lake = open_lake(home)
    assert lake.manifest == landed.manifest
    assert list(events_of(lake, course.key)) == []
    assert list(events_of(lake, make_course(20).key)) == make_course(20).events
    assert content(storage, lake.manifest) == {
        each.file: (tmp_path / "folder" / each.file).read_bytes()
        for each in local.manifest.segments
        if each.sealed
    }
    assert verify(storage_of(home)).findings == ()
    copies = {path.relative_to(home.lake).as_posix() for path in home.lake.glob("*/p*/*")}
    assert copies <= lake.manifest.named(), "a copy would still hold the erased person"


def test_a_file_is_fetched_once_and_again_where_the_copy_is_not_what_was_landed(
    store: MakeStore, clinic_log: Any, now: datetime
) -> None:
    manifest = land(store(), clinic_log, now).manifest
    lake = Lake(store().folder, manifest, store())
    paths = [Path(name) for name in lake.files("events")]
    assert [path.relative_to(lake.folder).as_posix() for path in paths] == [
        each.file for each in manifest.of("events")
    ]
    whole = paths[0].read_bytes()
    paths[0].write_bytes(b"something else")
    assert Path(Lake(store().folder, manifest, store()).files("events")[0]).read_bytes() == whole


def test_an_object_that_is_not_what_was_landed_is_refused(
    store: MakeStore, clinic_log: Any, now: datetime, tmp_path: Path
) -> None:
    manifest = land(store(), clinic_log, now).manifest
    (tmp_path / "bucket" / "lake" / manifest.of("events")[0].file).write_bytes(b"torn")
    with pytest.raises(LakeRefused, match=r"s3://clinics/lake/events.* cannot be read .*checksum"):
        Lake(store("others").folder, manifest, store("others")).files("events")


def test_a_manifest_that_was_put_in_part_is_never_read(store: MakeStore, tmp_path: Path) -> None:
    place = store()
    write_manifest(place, Manifest(erased=("a",)))
    whole = next((tmp_path / "bucket" / "lake" / MANIFESTS).iterdir())
    torn = whole.with_name("000000000002-" + "0" * 32 + ".json")
    torn.write_bytes(whole.read_bytes()[:10])
    assert read_manifest(store()).erased == ("a",)
    again = store()
    write_manifest(again, read_manifest(again).erasing(["b"]))
    assert read_manifest(store()).erased == ("a", "b")


class Torn:
    """A file system that keeps half of each object, as a store whose put is not atomic."""

    type_name = "torn"

    def __init__(self) -> None:
        self.inner = fs.LocalFileSystem()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def open_output_stream(self, path: str) -> Any:
        inner = self.inner.open_output_stream(path)

        class Half:
            def __enter__(self) -> "Half":
                return self

            def write(self, data: bytes) -> None:
                inner.write(data[: len(data) // 2])
                inner.close()
                raise OSError("the connection was reset")

            def __exit__(self, *_: object) -> None:
                return None

        return Half()


def test_a_put_that_breaks_off_leaves_the_lake_as_it_was(
    store: MakeStore, clinic_log: Any, make_course: Any, now: datetime
) -> None:
    before = land(store(), clinic_log, now, segment_offsets=SIZES).manifest
    clinic_log.say(*make_course(20).events)
    with pytest.raises(LakeRefused, match=r"s3://clinics/lake.* could not be written .* myomap refresh"):
        land(store(system=Torn()), clinic_log, now, segment_offsets=SIZES)
    broken = store(system=Torn())
    read_manifest(broken)
    with pytest.raises(LakeRefused):
        write_manifest(broken, before.erasing(["somebody"]))
    assert read_manifest(store()) == before
    land(store(), clinic_log, now, segment_offsets=SIZES)
    lake = Lake(store().folder, read_manifest(store()), store())
    assert list(events_of(lake, make_course(20).key)) == make_course(20).events
    assert verify(store()).findings == ()


def test_of_two_landings_at_the_same_time_at_most_one_commits(store: MakeStore) -> None:
    one, other = store(), store()
    for place in (one, other):
        read_manifest(place)
    write_manifest(one, Manifest(erased=("one",)))
    with pytest.raises(LakeRefused, match="Another landing writes to the lake s3://clinics/lake"):
        write_manifest(other, Manifest(erased=("other",)))
    assert read_manifest(store()).erased == ("one",)


def test_two_that_commit_in_the_same_moment_are_both_told(store: MakeStore) -> None:
    other = store()

    class Meanwhile(ObjectStore):
        def put(self, name: str, data: bytes) -> None:
            with suppress(LakeRefused):
                write_manifest(other, Manifest(erased=("other",)))
            super().put(name, data)

    first = store()
    place = Meanwhile(first.system, first.prefix, first.folder, first.shown)
    with pytest.raises(LakeRefused, match="Another landing"):
        write_manifest(place, Manifest(erased=("one",)))
    assert read_manifest(store()).erased == ("other",)


def test_old_manifests_go_but_for_the_one_before(store: MakeStore, tmp_path: Path) -> None:
    place = store()
    for number in range(5):
        write_manifest(place, Manifest(erased=(str(number),)))
    assert len(list((tmp_path / "bucket" / "lake" / MANIFESTS).iterdir())) == 2
    assert read_manifest(store()).erased == ("4",)


def test_a_reader_whose_manifest_is_replaced_meanwhile_looks_anew(store: MakeStore) -> None:
    writer = store()
    write_manifest(writer, Manifest(erased=("0",)))

    class Slow(ObjectStore):
        def get(self, name: str) -> bytes:
            while len(self._manifests()) and int(self._manifests()[-1][0]) < 4:
                write_manifest(writer, Manifest(erased=("later",)))
            return super().get(name)

    place = store()
    assert read_manifest(Slow(place.system, place.prefix, place.folder, place.shown)).erased == ("later",)


def test_an_address_that_leads_nowhere_is_a_sentence_without_its_login(tmp_path: Path) -> None:
    with pytest.raises(
        LakeRefused, match=r"^MYOMAP_LAKE is 'odd://bucket/x', which cannot be used"
    ) as refusal:
        object_store("odd://login:hush@bucket/x?secret=hush", tmp_path)
    assert "hush" not in str(refusal.value)


def test_a_lake_of_whose_manifests_none_is_whole_is_refused_and_not_taken_for_an_empty_one(
    store: MakeStore, tmp_path: Path
) -> None:
    place = store()
    for number in range(2):
        write_manifest(place, Manifest(erased=(str(number),)))
    for path in (tmp_path / "bucket" / "lake" / MANIFESTS).iterdir():
        path.write_bytes(b"{}")
    with pytest.raises(LakeRefused, match="none of its manifests is whole"):
        read_manifest(store())
