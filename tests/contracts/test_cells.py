"""Cells of a CSV file become values of the types that the contract declares."""

from typing import Any

import pytest

from contracts.cells import record_of
from contracts.contract import Reason
from contracts.registry import Registry

ROW = {"subject": "S1", "program": "RI", "day": "1", "strength": "79.5"}


def read(sources: Registry, **cells: Any) -> tuple[dict[str, Any], list[Reason]]:
    return record_of(ROW | cells, sources.contract("strength_trial"))


def test_numbers_become_numbers_and_text_stays_text(sources: Registry) -> None:
    assert read(sources) == ({"subject": "S1", "program": "RI", "day": 1, "strength": 79.5}, [])


@pytest.mark.parametrize("cell", ["7", "+7", " 7 ", "7.0", "7e0", ".7e1"])
def test_the_ways_to_write_a_number(sources: Registry, cell: str) -> None:
    assert read(sources, strength=cell)[0]["strength"] == 7.0


@pytest.mark.parametrize("cell", ["NaN", "inf", "1_000", "1,5", "0x10", "7 kg", "--7", "٧"])
def test_what_is_no_number_is_said_to_be_none(sources: Registry, cell: str) -> None:
    assert read(sources, strength=cell)[1] == [Reason("not_a_number", "$.strength")]


def test_a_part_of_a_day_is_no_whole_number(sources: Registry) -> None:
    assert read(sources, day="1.5")[1] == [Reason("not_a_number", "$.day")]


def test_an_empty_cell_is_absent_and_blank_where_it_is_required(sources: Registry) -> None:
    assert read(sources, subject=" ")[1] == [Reason("blank", "$.subject")]
    record, reasons = record_of({"rater_ref": "", "occasion": " "}, sources.contract("dynamometer"))
    assert (record, reasons) == ({}, [])


def test_more_cells_than_columns_are_refused(sources: Registry) -> None:
    _, reasons = record_of({**ROW, None: ["x"]}, sources.contract("strength_trial"))
    assert reasons == [Reason("too_many_cells", "$")]


def test_truth_is_written_as_a_word_or_a_digit(
    document: dict[str, Any], make_contract: Any, make_field: Any
) -> None:
    document["schema"][0]["properties"].append(make_field("warm", "boolean"))
    contract = make_contract(document)
    assert [record_of({"warm": cell}, contract)[0]["warm"] for cell in ("TRUE", "0", "maybe")] == [
        True,
        False,
        "maybe",
    ]
