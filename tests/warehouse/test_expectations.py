"""What is expected of the marts follows from the contracts."""

from contracts.vocabulary import CONDITIONS, STAGES
from warehouse.expectations import DERIVED, KEYS, TOTALS, accepted_words, expectations_of


def named(mart: str, *columns: str) -> dict[str, dict[str, object]]:
    return {each.about: each.arguments for each in expectations_of(mart, columns)}


def test_the_keys_parts_are_there_and_the_key_is_unique() -> None:
    found = named("fct_track", *KEYS["fct_track"])
    assert found["patient_key is there"] == {"column": "patient_key"}
    assert "side is there" not in found, "some tracks have no side"
    assert found["key is unique"]["column_list"] == list(KEYS["fct_track"])


def test_words_are_those_of_the_closed_lists_and_totals() -> None:
    found = named("agg_outcomes", "condition", "stage")
    assert found["condition is a known word"]["value_set"] == sorted({*CONDITIONS, *TOTALS})
    assert found["stage is a known word"]["value_set"] == sorted({*STAGES, *TOTALS})


def test_ranges_are_those_of_the_events() -> None:
    found = named("fct_session", "quality", "pain_during", "duration_min")
    assert found["quality is in its range"] == {"column": "quality", "min_value": 0, "max_value": 1}
    assert found["pain_during is in its range"]["max_value"] == 10
    assert found["duration_min is in its range"]["max_value"] == 600
    assert "pain_trend is in its range" not in named("fct_track", "pain_trend"), "a trend may fall"


def test_shares_counts_and_intervals_are_possible() -> None:
    found = named("agg_domain", "share_improved", "n_people", "ci_low", "ci_high")
    assert found["share_improved is in its range"]["max_value"] == 1
    assert found["n_people is in its range"] == {"column": "n_people", "min_value": 0, "max_value": None}
    assert found["interval is not upside down"]["column_A"] == "ci_high"


def test_received_records_are_accounted_for() -> None:
    assert DERIVED["ops_source_day"]["unaccounted"] == "received - accepted - duplicate - rejected"
    found = named("ops_source_day", "source", "day", "unaccounted")
    assert found["received = accepted + duplicate + rejected"]["max_value"] == 0


def test_what_is_not_a_figure_of_patients_has_no_words_of_theirs() -> None:
    assert "origin is a known word" not in named("ops_source_day", "origin")


def test_the_classes_of_change_are_known() -> None:
    assert {"improved", "unknown", "not_classified"} <= set(accepted_words()["class"])
