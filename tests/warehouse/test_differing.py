"""Where two values differ is told by path, with both values."""

from warehouse.differing import Field, differing, told_differences


def test_equal_values_differ_nowhere() -> None:
    assert list(differing({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})) == []


def test_each_innermost_field_is_told_with_its_path_and_both_values() -> None:
    one = {"tracks": [{"stage": "S2"}, {"stage": "S0"}], "n": 1}
    other = {"tracks": [{"stage": "S3"}], "n": 1, "more": True}
    assert list(differing(one, other)) == [
        Field("more", None, True),
        Field("tracks[0].stage", "S2", "S3"),
        Field("tracks[1]", {"stage": "S0"}, None),
    ]


def test_a_number_and_the_same_number_of_another_kind_differ() -> None:
    assert list(differing({"n": 1}, {"n": True})) == [Field("n", 1, True)]


def test_a_sentence_names_the_first_fields_and_counts_the_rest() -> None:
    told = told_differences(b'{"a":1,"b":2,"c":3,"d":4}', b'{"a":0,"b":0,"c":0,"d":0}')
    assert told == (
        "a: published 1, expected 0; b: published 2, expected 0; c: published 3, expected 0; 1 more fields"
    )


def test_the_same_values_in_other_bytes_are_said_to_be_that() -> None:
    assert told_differences(b'{"a": 1}', b'{"a":1}') == "the same values in other bytes"


def test_a_long_value_is_cut() -> None:
    assert len(told_differences(b'{"a":"' + b"x" * 500 + b'"}', b"{}")) < 150
