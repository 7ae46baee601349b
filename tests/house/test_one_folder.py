"""Adding a source is adding one folder: nothing else knows the sources by name."""

import re
import shutil
from pathlib import Path
from typing import Any

from contracts import checks
from contracts.accept import Accepted, accept
from contracts.derive import json_schema
from contracts.registry import load
from contracts.topics import topics

EXEMPT = ("contracts/sources/", "ingest/simulator/")


def test_no_code_lists_the_sources(house: Any) -> None:
    """One source may be named for what it alone does, such as the form; two are the beginning of a list."""
    named = re.compile("|".join(f"[\"']{name}[\"']" for name in load().sources()))
    lists = {
        str(path): sorted(found)
        for path in house.files
        if path.parts[0] in house.rooms
        and path.suffix in (".py", ".sql", ".yml", ".yaml")
        and not path.as_posix().startswith(EXEMPT)
        and len(found := set(named.findall(_without_words_of_vocabularies(house.text(path))))) > 1
    }
    assert lists == {}


def _without_words_of_vocabularies(text: str) -> str:
    """A source may bear the name of a class of devices; the closed list of these is no list of sources."""
    return re.sub(r"DeviceClass = Literal\[.*?\]", "", text, flags=re.DOTALL)


def test_a_folder_added_beside_the_others_is_a_source_with_all_that_follows(
    house: Any, tmp_path: Path
) -> None:
    root = tmp_path / "sources"
    shutil.copytree(house.root / "contracts" / "sources", root)
    shutil.copytree(root / "dynamometer", root / "unseen_scale")
    grown = load(root)
    assert set(grown.sources()) - set(load().sources()) == {"unseen_scale"}
    contract = grown.contract("unseen_scale")
    assert contract.source == "unseen_scale"
    assert "myomap.raw.unseen_scale" in [topic.name for topic in topics(grown.sources())]
    assert json_schema(contract)["title"] == "unseen_scale v1"
    row = {
        "patient_ref": "A-1",
        "measured_at": "2026-03-02T10:00:00+01:00",
        "test_id": "T-1",
        "muscle_group": "quadriceps",
        "side": "left",
        "peak_force": "200",
        "force_unit": "N",
    }
    assert isinstance(accept(row, contract), Accepted)


def test_every_source_brings_examples_of_both_kinds(house: Any) -> None:
    for source in load().sources():
        names = [path.name for path in (house.root / "contracts" / "sources" / source / "examples").iterdir()]
        assert any(".accept." in name for name in names), source
        assert any(".reject." in name for name in names), source


def test_the_worked_example_of_the_readme_works(house: Any, tmp_path: Path) -> None:
    text = house.text(Path("contracts/README.md"))
    (contract_text,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (line,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "leg_press" / "v1.odcs.yaml"
    file.parent.mkdir()
    file.write_text(contract_text, encoding="utf-8")
    found = accept(line.encode(), load(tmp_path).contract("leg_press"))
    assert isinstance(found, Accepted)
    assert found.subject == "A-17"
    assert round(found.drafts[0].fields["value"]) == 1835


def test_every_reason_code_is_explained_in_the_readme(house: Any) -> None:
    """Codes are the words that stand where the contracts' modules make a reason."""
    made = re.compile(r"(?:Reason|Unreadable|Unmappable)\(\s*\"([a-z_0-9]+)\"")
    modules = [path for path in house.modules() if path.parts[0] == "contracts"]
    codes = {code for path in modules for code in made.findall(house.text(path))}
    codes |= set(checks.SCHEMA_CODES.values())
    explained = house.text(Path("contracts/README.md"))
    assert sorted(code for code in codes if f"`{code}`" not in explained) == []
