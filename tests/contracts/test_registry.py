"""The path is the registry: a folder that is there is a source, and a broken one is refused by name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts import registry
from contracts.accept import Accepted, accept
from contracts.derive import topic_of
from contracts.registry import RegistryError, UnknownSource, load


def plant(root: Path, document: Any, source: str = "leg_scale", name: str = "v1.odcs.yaml") -> Path:
    path = root / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    return path


def test_the_packages_own_sources_are_read_once() -> None:
    assert load() is load()
    assert set(load().sources()) >= {
        "therapist_form",
        "dynamometer",
        "motion_sensor",
        "home_app",
        "strength_trial",
    }


def test_a_planted_source_is_a_source(
    tmp_path: Path, document: dict[str, Any], record: dict[str, Any]
) -> None:
    plant(tmp_path, document)
    planted = load(tmp_path)
    assert planted.sources() == ("leg_scale",)
    contract = planted.contract("leg_scale")
    found = accept(record, contract)
    assert isinstance(found, Accepted)
    assert found.subject == "A-1"
    assert topic_of(contract).name == "myomap.raw.leg_scale"


def test_the_latest_version_counts_unless_one_is_asked_for(tmp_path: Path, document: dict[str, Any]) -> None:
    for version in (1, 2, 10):
        plant(tmp_path, document | {"version": f"{version}.0.0"}, name=f"v{version}.odcs.yaml")
    planted = load(tmp_path)
    assert planted.versions("leg_scale") == (1, 2, 10)
    assert planted.contract("leg_scale").version == 10
    assert planted.contract("leg_scale", 2).version == 2
    assert [contract.version for contract in planted.latest()] == [10]


def test_a_stranger_is_told_who_is_known(tmp_path: Path, document: dict[str, Any]) -> None:
    plant(tmp_path, document)
    planted = load(tmp_path)
    with pytest.raises(UnknownSource, match="There is no source 'scale'; the sources are: leg_scale"):
        planted.contract("scale")
    with pytest.raises(UnknownSource, match="has no version 2; it has: 1"):
        planted.contract("leg_scale", 2)
    assert issubclass(UnknownSource, RegistryError)


def refusal(root: Path) -> str:
    with pytest.raises(RegistryError) as refused:
        load(root)
    return str(refused.value)


def test_a_malformed_contract_is_refused_with_file_and_place(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    del document["schema"][0]["properties"][0]["description"]
    path = plant(tmp_path, document)
    assert refusal(tmp_path) == f"{path}: schema[test].properties[who]: 'description' is missing; add it."


def test_an_unsound_contract_is_refused_with_file_and_place(tmp_path: Path, document: dict[str, Any]) -> None:
    document["customProperties"][1]["value"] = "whom"
    path = plant(tmp_path, document)
    assert refusal(tmp_path) == f"{path}: patient: there is no field 'whom'."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "it is not YAML"),
        ("a: 1\na: 2\n", "the key 'a' is there twice"),
        ("", "the document"),
    ],
)
def test_what_is_no_contract_at_all_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = plant(tmp_path, text)
    assert refusal(tmp_path).startswith(f"{path}: ")
    assert said in refusal(tmp_path)


def test_file_and_document_must_agree_on_the_version(tmp_path: Path, document: dict[str, Any]) -> None:
    plant(tmp_path, document, name="v2.odcs.yaml")
    assert "it says 1.0.0, but the file is v2" in refusal(tmp_path)


def test_names_that_would_be_overlooked_are_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    plant(tmp_path, document, name="contract.yaml")
    assert "named v<N>.odcs.yaml" in refusal(tmp_path)


def test_folders_are_named_like_topics(tmp_path: Path, document: dict[str, Any]) -> None:
    plant(tmp_path, document, source="Leg-Scale")
    assert "rename it" in refusal(tmp_path)


def test_an_empty_folder_and_no_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "leg_scale").mkdir()
    assert "there is no contract in it" in refusal(tmp_path)
    assert "There is no folder" in refusal(tmp_path / "nowhere")


def test_dates_in_a_contract_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("day: 2026-01-05\n", encoding="utf-8")
    assert registry._document(file) == {"day": "2026-01-05"}
