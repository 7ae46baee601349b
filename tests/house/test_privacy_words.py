"""Identifiers stop at the door, and nothing committed tells where it was made."""

import re
from pathlib import Path
from typing import Any

IDENTIFIER_NAMES = (
    "patient_ref",
    "clinic_reference",
    "trial_subject",
    "date_of_birth",
    "first_name",
    "last_name",
)
RIGHT_OF_THE_DOOR = ("streams", "warehouse")
# Put together from pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("maven", "org"),
        ("maven", "apache", "org"),
        ("crates", "io"),
        ("npmjs", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+)/")
BINARY = (".png", ".jpg", ".woff2", ".ico", ".gz")


def test_identifiers_are_not_named_right_of_the_door(house: Any) -> None:
    wrong = [
        f"{path}: {name}"
        for path in house.files
        if path.parts[0] in RIGHT_OF_THE_DOOR and path.suffix in (".py", ".sql", ".yml", ".yaml")
        for name in IDENTIFIER_NAMES
        if name in house.text(path)
    ]
    assert wrong == []


def test_no_committed_file_names_a_registry_or_a_machine(house: Any) -> None:
    wrong = []
    for path in house.files:
        if path.suffix in BINARY:
            continue
        text = (house.root / path).read_bytes().decode("utf-8", errors="replace")
        wrong += [f"{path}: {host}" for host in REGISTRY_HOSTS if host in text]
        wrong += [f"{path}: {found}" for found in MACHINE_PATH.findall(text)]
    assert wrong == []


def test_the_lock_pins_every_package_by_hash(house: Any) -> None:
    for name in ("requirements.lock", "requirements-uv.lock"):
        lines = house.text(Path(name)).splitlines()
        pinned = [line for line in lines if re.match(r"^[a-z0-9]", line)]
        assert pinned
        assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []


def test_nothing_is_printed_with_an_identifier(house: Any) -> None:
    said = re.compile(
        r"(?:log(?:ger|ging)?\.\w+|print)\([^)\n]*\b(?:identifier|patient_ref|subject\.identifier)\b"
    )
    wrong = [
        f"{path}: {found.group(0)}"
        for path in house.modules()
        if (found := said.search(house.text(path))) is not None
    ]
    assert wrong == []
