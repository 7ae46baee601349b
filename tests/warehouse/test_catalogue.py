"""The catalogue says of each check what it is, how badly it weighs, and why its limits are what they are."""

from pathlib import Path

import pytest

from warehouse.catalogue import CATEGORIES, SEVERITIES, CatalogueError, row_check, written_checks

GOOD = """/*
category: plausibility
severity: warn
mart: lake.events
says: Nobody is two persons.
allowed: 2
limits:
  least: [3, "Fewer say little."]
  least_share: [0.5, "Half."]
*/
select 'here' as place, 4 as n, 4.0 / $least * $least_share as metric
"""


def test_every_written_check_says_what_it_must() -> None:
    checks = written_checks()
    assert len(checks) > 25
    for check in checks:
        assert check.category in CATEGORIES and check.severity in SEVERITIES
        assert check.says.endswith(".") and check.mart
        assert all(len(reason) > 5 for _, reason in check.limits.values()), check.check_id
        assert all(f"${name}" in check.measured for name in check.limits), check.check_id
    assert {each.category for each in checks} == set(CATEGORIES)


def test_a_file_is_a_check_and_its_limits_stand_in_the_query_that_people_see(tmp_path: Path) -> None:
    (tmp_path / "twins.sql").write_text(GOOD)
    (check,) = written_checks(tmp_path)
    assert (check.check_id, check.allowed, check.parameters) == ("twins", 2, {"least": 3, "least_share": 0.5})
    assert "4.0 / 3 * 0.5 as metric" in check.query
    assert check.query.endswith("WHERE metric > 2 ORDER BY metric DESC")


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        (GOOD.removeprefix("/*"), "does not begin with a comment"),
        (GOOD.replace("says:", "said:"), "needs category, severity"),
        (GOOD.replace('[3, "Fewer say little."]', "3"), "needs category, severity"),
        (GOOD.replace("plausibility", "beauty"), "category or severity"),
    ],
)
def test_a_file_that_does_not_describe_its_check_is_refused_by_name(
    tmp_path: Path, spoiled: str, told: str
) -> None:
    (tmp_path / "twins.sql").write_text(spoiled)
    with pytest.raises(CatalogueError, match=told) as refused:
        written_checks(tmp_path)
    assert "twins.sql" in str(refused.value)


def test_a_check_of_rows_shows_the_rows_that_it_counts() -> None:
    check = row_check("c", "conformance", "refuse", "t", "Says.", "m.a > 1", "m.b = 2")
    assert check.query == "SELECT * FROM t AS m WHERE m.b = 2 AND m.a > 1"
    assert row_check("c", "conformance", "refuse", "t", "Says.", "m.a > 1").query.endswith("WHERE m.a > 1")
