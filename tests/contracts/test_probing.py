"""A mapping is probed with every word and both bounds, after conversion."""

from typing import Any

import pytest

from contracts.contract import Contract, Value
from contracts.probing import probes
from contracts.registry import Registry


def probed(name: str, contract: Contract) -> list[Any]:
    value = dict(contract.rules[0].values)[name]
    return probes(value, contract.field(value.source) if value.source else None, contract)


def test_constants_codes_and_bounds_in_every_unit_are_probed(document: Any, make_contract: Any) -> None:
    contract = make_contract(document)
    assert probed("method", contract) == ["isometric"]
    assert probed("side", contract) == ["left", "right"]
    assert probed("value", contract) == pytest.approx([0, 0, 0, 2000, 2000 * 4.4482216152605, 2000 * 9.80665])


def test_words_are_all_probed_and_free_text_once(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    place, clinic = contract.field("place"), contract.field("clinic")
    assert probes(Value(source="place"), place, contract) == ["clinic", "home"]
    assert probes(Value(source="clinic"), clinic, contract) == ["any text"]


def test_lists_are_probed_with_each_word_and_with_what_must_be_there(sources: Registry) -> None:
    contract = sources.contract("therapist_form")
    goals = probes(Value(source="goals"), contract.field("goals"), contract)
    assert ["reduce_pain"] in goals
    tracks = probes(Value(source="tracks"), contract.field("tracks"), contract)
    assert len(tracks) == 22
    assert all(set(one) == {"muscle_group", "side", "stage"} for (one,) in tracks)
