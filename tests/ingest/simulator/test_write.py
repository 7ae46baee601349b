"""The files are the same for the same seed, in an order for taking in, and the manifest counts them."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from ingest.simulator.size import DEMO, SMALL
from ingest.simulator.write import Manifest, write_demo

END = date(2026, 10, 31)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        write_demo(tmp_path / name, seed, SMALL, END)
    one, two, three = (content(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one != three


def test_the_manifest_counts_what_the_files_hold(tmp_path: Path) -> None:
    manifest = write_demo(tmp_path, 5, SMALL, END)
    for file in manifest.files:
        lines = (tmp_path / file.path).read_text().splitlines()
        assert len(lines) - (file.source == "dynamometer") == file.records
    received = dict.fromkeys(manifest.expected, 0)
    for file in manifest.files:
        received[file.source] += file.records
    assert received == {source: one.received for source, one in manifest.expected.items()}
    for one in manifest.expected.values():
        assert one.received == one.accepted + one.duplicate + one.rejected
        assert min(one.accepted, one.rejected) > 0


def test_files_come_month_by_month_with_the_therapists_first(tmp_path: Path) -> None:
    files = write_demo(tmp_path, 5, SMALL, END).files
    months = [Path(file.path).stem for file in files]
    assert months == sorted(months)
    first = [file.source for file in files if Path(file.path).stem == months[0]]
    assert first[0] == "therapist_form"


def test_the_last_day_is_kept_for_posting_live(tmp_path: Path) -> None:
    manifest = write_demo(tmp_path, 5, SMALL, END)
    lines = [json.loads(line) for line in manifest.live.read_text().splitlines()]
    assert len(lines) == manifest.live_records
    assert all(line["source"] in ("therapist_form", "motion_sensor", "home_app") for line in lines)


def test_the_dynamometers_export_has_a_header(tmp_path: Path) -> None:
    manifest = write_demo(tmp_path, 5, SMALL, END)
    path = next(file.path for file in manifest.files if file.source == "dynamometer")
    with (tmp_path / path).open(newline="") as lines:
        row = next(csv.DictReader(lines))
    assert row["force_unit"] in ("N", "lbf", "kgf")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_demo(tmp_path_factory.mktemp("demo"), 7, DEMO, END)


def test_the_demo_is_large_enough(demo: Manifest) -> None:
    assert demo.patients >= 2000
    assert sum(one.accepted for one in demo.expected.values()) >= 60_000


def test_the_demo_has_a_climber_a_plateau_and_a_relapse_to_look_at(demo: Manifest) -> None:
    assert set(demo.samples) == {"climber", "plateau", "relapse"}
    assert len(set(demo.samples.values())) == 3


def test_the_demo_fills_six_cells_with_sixty_people_in_each_program_and_one_not(demo: Manifest) -> None:
    programs: dict[tuple[str, str], set[str]] = {}
    for file in demo.files:
        if file.source != "therapist_form":
            continue
        for line in (demo.folder / file.path).read_text().splitlines():
            if '"program"' in line and '"form": "program"' in line and line.endswith("}"):
                form = json.loads(line)
                if "patient_ref" in form:
                    key = (form["muscle_groups"][0], form["program"])
                    programs.setdefault(key, set()).add(form["patient_ref"])
    sizes: dict[str, list[int]] = {}
    for (muscle_group, _), patients in programs.items():
        sizes.setdefault(muscle_group, []).append(len(patients))
    assert sum(len(both) == 2 and min(both) >= 60 for both in sizes.values()) >= 6
    assert min(sizes["rotator_cuff"]) < 11
