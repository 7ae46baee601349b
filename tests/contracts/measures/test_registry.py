import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.measures.registry import (
    REGISTRY_VERSION,
    MeasuresError,
    core_sets,
    find,
    measures,
    parse_core_sets,
    parse_measures,
    parse_thresholds,
    thresholds,
)
from contracts.vocabulary import CONDITIONS, DOMAINS, HEADLINE_DOMAINS

ROOT = Path(__file__).parents[3]
MEASURE = {
    "measure": "hops",
    "label": "Hops",
    "construct": "hopping",
    "domain": "balance",
    "unit": "reps",
    "direction": "higher",
    "low": 0,
    "high": 50,
    "patient_reported": False,
    "at_muscle": False,
    "licence": "free to use",
    "citation": "a paper",
}
THRESHOLD = {
    "row": "hops.all",
    "measure": "hops",
    "status": "verified",
    "citation": "a paper",
    "population": "people",
    "mdc": 3,
}


def as_yaml(key: str, *rows: dict[str, Any]) -> str:
    return yaml.safe_dump({key: list(rows)})


def scenario() -> dict[str, dict[str, Any]]:
    text = (ROOT / "ingest/simulator/scenario.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["measures"]
    return found


def test_every_row_has_a_citation_and_a_population() -> None:
    assert [each.measure for each in measures() if not each.citation.strip()] == []
    assert [each.row for each in thresholds() if not each.citation.strip() or not each.population] == []


def test_names_of_rows_are_unique() -> None:
    assert len({each.measure for each in measures()}) == len(measures())
    assert len({each.row for each in thresholds()}) == len(thresholds())


def test_every_threshold_says_how_much() -> None:
    silent = [
        each.row
        for each in thresholds()
        if (each.mdc, each.mcid, each.mdc_share_of_baseline, each.mcid_share_of_baseline) == (None,) * 4
    ]
    assert silent == []


def test_nothing_read_nowhere_is_verified() -> None:
    doubtful = ("not read", "unverified", "no threshold is published")
    wrong = [
        each.row
        for each in thresholds()
        if each.status == "verified" and any(words in each.citation for words in doubtful)
    ]
    assert wrong == []


def test_the_headline_domains_have_measures() -> None:
    assert {each.domain for each in measures()} <= set(DOMAINS)
    assert set(HEADLINE_DOMAINS) <= {each.domain for each in measures()}


def test_the_simulated_clinics_measure_what_the_registry_knows() -> None:
    assert [name for name, simulated in scenario().items() if not agrees(name, simulated)] == []


def agrees(name: str, simulated: dict[str, Any]) -> bool:
    known = find(name)
    assert known is not None
    low, high = simulated["range"]
    at_muscle, reported = simulated.get("at_muscle", False), simulated["method"] == "self_report"
    return (
        (known.unit, known.direction) == (simulated["unit"], simulated["better"])
        and known.low <= low < high <= known.high
        and (known.at_muscle, known.patient_reported) == (at_muscle, reported)
    )


def test_scores_with_ends_have_the_same_ends_in_the_simulated_clinics() -> None:
    ends = {name: tuple(row["range"]) for name, row in scenario().items() if row["unit"] == "score"}
    assert ends == {name: (found.low, found.high) for name in ends if (found := find(name))}


def test_strata_of_one_measure_leave_no_gap_and_do_not_overlap() -> None:
    rows = sorted(
        (row for row in thresholds("berg_balance") if not row.alternative),
        key=lambda row: row.baseline_low or 0,
    )
    assert [row.baseline_low for row in rows] == [0, 25, 35, 45]
    assert [row.baseline_high for row in rows] == [25, 35, 45, None]


def test_a_measure_that_is_not_known_is_not_found() -> None:
    assert find("phrenology") is None
    assert thresholds("phrenology") == ()


def test_thresholds_of_one_measure_are_those_of_the_whole_registry() -> None:
    assert thresholds("nprs") == tuple(row for row in thresholds() if row.measure == "nprs")
    assert {row.measure for row in thresholds()} <= {each.measure for each in measures()}


def test_conditions_of_thresholds_are_of_the_clinic() -> None:
    assert {condition for row in thresholds() for condition in row.conditions} <= set(CONDITIONS)


def test_the_version_names_the_folder_of_the_data() -> None:
    folder = ROOT / "contracts" / "measures" / f"v{REGISTRY_VERSION}"
    assert {path.name for path in folder.iterdir()} == {"measures.yaml", "thresholds.yaml", "core_sets.yaml"}


def test_good_rows_are_read() -> None:
    (measure,) = parse_measures(as_yaml("measures", MEASURE))
    (threshold,) = parse_thresholds(as_yaml("thresholds", THRESHOLD), (measure,))
    assert (measure.measure, measure.low, measure.classifies) == ("hops", 0.0, True)
    assert (threshold.row, threshold.mdc, threshold.conditions) == ("hops.all", 3.0, ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"citation": " "}, "'hops' cannot be used: it has no citation"),
        ({"low": 50}, "low must be below high"),
        ({"items": 3}, "its items are said in part"),
        ({"domain": "luck"}, "'hops' cannot be used"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"unit": 3}, "'hops' cannot be used"),
    ],
)
def test_a_bad_measure_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MeasuresError, match=said):
        parse_measures(as_yaml("measures", MEASURE | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"citation": ""}, "'hops.all' cannot be used: it has no citation"),
        ({"measure": "skips"}, "there is no measure 'skips'"),
        ({"mdc": 0}, "every amount must be above 0"),
        ({"mcid": 2, "mcid_low": 3, "mcid_high": 4, "interval": "range"}, "the interval must hold the mcid"),
        ({"status": "hearsay"}, "'hops.all' cannot be used"),
        ({"conditions": ["boredom"]}, "'hops.all' cannot be used"),
    ],
)
def test_a_bad_threshold_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    known = parse_measures(as_yaml("measures", MEASURE))
    with pytest.raises(MeasuresError, match=said):
        parse_thresholds(as_yaml("thresholds", THRESHOLD | changes), known)


def test_a_row_that_is_there_twice_is_refused() -> None:
    with pytest.raises(MeasuresError, match="'hops' is there twice"):
        parse_measures(as_yaml("measures", MEASURE, MEASURE))


@pytest.mark.parametrize("text", ["", "[]", "measures: 3", "measures: [3]"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    with pytest.raises(MeasuresError, match="no list of rows named 'measures'"):
        parse_measures(text)


FROZEN = {"v1/measures.yaml": "fa193a4f167f92d3", "v1/thresholds.yaml": "17cf8c54aa303744"}


def test_a_released_version_is_frozen() -> None:
    folder = ROOT / "contracts" / "measures"
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()[:16] for name in FROZEN}
    assert found == FROZEN


def test_every_measure_says_how_it_is_scored_and_what_becomes_of_missing_items() -> None:
    assert [each.measure for each in measures() if not (each.scoring and each.missing_items)] == []
    assert [each.measure for each in measures() if each.items and not each.version] == []


def test_what_is_no_outcome_classifies_nobody() -> None:
    others = [each for each in measures() if each.role != "outcome"]
    assert {each.measure for each in others} == {"grc", "dn4"}
    assert not any(each.classifies for each in others)


def test_another_published_value_stands_beside_the_one_in_use() -> None:
    used = {(row.measure, row.conditions) for row in thresholds() if not row.alternative}
    assert [
        row.row for row in thresholds() if row.alternative and (row.measure, row.conditions) not in used
    ] == []


def test_every_condition_has_a_core_set_of_known_measures() -> None:
    assert {each.condition for each in core_sets()} == set(CONDITIONS) - {"none"}
    assert {each.measure for each in core_sets("carpal_tunnel") if each.use == "core"} == {"bctq_sss"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measure": "skips"}, "there is no measure 'skips'"),
        ({"wanted": "hops"}, "measure or wanted, one of them"),
        ({"use": "often"}, "'neck_pain' cannot be used"),
        ({"citation": " "}, "it has no citation"),
    ],
)
def test_a_bad_core_set_is_refused_by_its_condition(changes: dict[str, Any], said: str) -> None:
    row = {
        "condition": "neck_pain",
        "use": "core",
        "purpose": "hops",
        "measure": "hops",
        "citation": "a paper",
    }
    known = parse_measures(as_yaml("measures", MEASURE))
    assert parse_core_sets(as_yaml("core_sets", row), known)[0].measure == "hops"
    with pytest.raises(MeasuresError, match=said):
        parse_core_sets(as_yaml("core_sets", row | changes), known)
