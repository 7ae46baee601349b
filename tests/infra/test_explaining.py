import pytest

from contracts.settings import Home
from infra.explaining import explain_patient
from infra.refusal import Refusal
from infra.workload import Record


def test_a_patient_is_explained_in_plain_lines_and_as_facts(home: Home, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    found = explain_patient(home, key)
    assert found.patient_key == key
    assert any("low back pain" in line for line in found.lines)
    assert "track_opened" in {each.kind for each in found.facts}
    assert [each["condition"] for each in found.episodes] == ["low_back_pain"]
    assert found.episodes[0]["tracks"]


def test_an_unknown_key_is_refused_with_where_to_find_one(home: Home, stored: list[Record]) -> None:
    with pytest.raises(Refusal, match=r"^No patient with the key f+ is in the stores of .* ingest lookup"):
        explain_patient(home, "f" * 32)


def test_a_home_without_stores_knows_nobody(home: Home) -> None:
    with pytest.raises(Refusal, match="No patient with the key"):
        explain_patient(home, "0" * 32)
