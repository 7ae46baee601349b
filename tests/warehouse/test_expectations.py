"""What is expected of the marts follows from the contracts."""

from contracts.vocabulary import CONDITIONS, STAGES
from warehouse.catalogue import Check
from warehouse.expectations import KEYS, TOTALS, accepted_words, mart_checks


def named(mart: str, *columns: str, **others: tuple[str, ...]) -> dict[str, Check]:
    found = mart_checks({mart: columns, **others})
    return {each.check_id.removeprefix(f"{mart}."): each for each in found if each.mart == mart}


def test_the_keys_parts_are_there_and_the_key_is_unique() -> None:
    found = named("fct_track", *KEYS["fct_track"])
    assert found["patient_key.there"].counted == "m.patient_key IS NULL"
    assert "side.there" not in found, "some tracks have no side"
    assert '"patient_key", "episode_id", "muscle_group", "side"' in found["key"].measured
    assert "key" not in named("fct_track", "patient_key"), "without all of its parts a key is none"


def test_words_are_those_of_the_closed_lists_and_totals() -> None:
    found = named("agg_outcomes", "condition", "stage")
    for check, words in (("condition.word", CONDITIONS), ("stage.word", STAGES)):
        listed = ", ".join(f"'{word}'" for word in sorted({*words, *TOTALS}))
        assert found[check].counted.endswith(f"NOT IN ({listed})")


def test_ranges_are_those_of_the_events() -> None:
    found = named("fct_session", "quality", "pain_during", "duration_min")
    assert found["quality.range"].counted == "m.quality < 0 OR m.quality > 1"
    assert found["pain_during.range"].counted.endswith("> 10")
    assert found["duration_min.range"].counted.endswith("> 600")
    assert "pain_trend.range" not in named("fct_track", "pain_trend"), "a trend may fall"


def test_shares_counts_and_intervals_are_possible() -> None:
    found = named("agg_domain", "share_improved", "n_people", "ci_low", "ci_high")
    assert found["share_improved.range"].counted.endswith("> 1")
    assert found["n_people.range"].counted == "m.n_people < 0"
    assert "m.ci_low > m.ci_high" in found["interval"].counted


def test_received_records_are_accounted_for() -> None:
    found = named("ops_source_day", "source", "day", "received", "accepted", "duplicate", "rejected")
    assert "m.received <> m.accepted + m.duplicate + m.rejected" in found["verdicts"].counted


def test_what_facts_name_is_in_its_dimension_where_there_is_one() -> None:
    columns = ("patient_key", "episode_id", "measure", "clinic")
    found = named("fct_change", *columns, dim_measure=("measure",), fct_episode=("patient_key", "episode_id"))
    assert "ANTI JOIN dim_measure AS d ON m.measure = d.measure" in found["measure.in_dim_measure"].query
    assert "m.episode_id IS NOT NULL" in found["episode_id.in_fct_episode"].query
    assert "clinic.in_dim_clinic" not in found


def test_what_is_not_a_figure_of_patients_has_no_words_of_theirs() -> None:
    assert "origin.word" not in named("ops_source_day", "origin")


def test_the_classes_of_change_are_known() -> None:
    assert {"improved", "unknown", "not_classified"} <= set(accepted_words()["class"])
