"""What the data engineer is told of sources and checks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboards import operations
from dashboards.gate import LastGate

AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)
CHECKED = {"passed": True, "category": "completeness", "severity": "warn"}


def day(source: str, back: int, received: int, rejected: int) -> dict[str, Any]:
    return {
        "source": source, "day": date(2026, 6, 30) - timedelta(days=back), "received": received,
        "accepted": received - rejected, "duplicate": 0, "rejected": rejected, "dropped": 2,
        "contract_version": 1,
        "last_received_at": AS_OF - timedelta(days=back, hours=2),
    }  # fmt: skip


DAYS = [day("home_app", 1, 10, 1), day("home_app", 0, 20, 2), day("dynamometer", 5, 4, 0)]


def test_sources_are_summed_and_their_age_is_told() -> None:
    app, dynamometer = operations.by_source(DAYS, AS_OF)
    assert (app["received"], app["accepted"], app["rejected"], app["age"]) == (30, 27, 3, "2 hours")
    assert (app["dropped"], dynamometer["dropped"]) == (4, 2)
    assert dynamometer["age"] == "5 days"


def test_days_are_summed_over_sources_in_order() -> None:
    assert [row["received"] for row in operations.by_day(DAYS)] == [4, 10, 20]


def test_a_release_shows_what_it_is_made_of() -> None:
    release = [{"release": "7", "built_at": AS_OF, "as_of": AS_OF, "rules_version": "r1"}
               | {"registry_version": 1, "events": 20480, "patients": 690}]  # fmt: skip
    parity = [{"compared": 400, "skipped": 3, "different": 0}, {"compared": 12, "skipped": 0, "different": 1}]
    drawn = "".join(operations.release_cards(release, parity, [CHECKED, CHECKED | {"passed": False}]))
    for words in (
        "20,480 events, 690 patients",
        "2 comparisons of 412 things",
        "3 newer",
        ">1 <small>different",
        "1 of 2",
        "50 % passed",
        "completeness 2, 1 failed",
    ):
        assert words in drawn


def test_checks_have_their_result_as_a_word() -> None:
    failed = CHECKED | {"passed": False}
    told = operations.checks([CHECKED, failed, failed | {"severity": "refuse"}])
    assert [row["verdict"] for row in told] == ["✓ passed", "! warns", "✕ failed"]


def test_a_refused_candidate_is_told_and_one_that_passed_is_not() -> None:
    assert operations.refusal(None) == ""
    assert operations.refusal(LastGate("8", "2026-06-01T12:00:00+00:00", None, ())) == ""
    told = operations.refusal(LastGate("8", "2026-06-01T12:00:00+00:00", "2 of 300 checks failed.", ()))
    assert told == (
        "Candidate 8 was refused on 2026-06-01 12:00 UTC; what is shown here is the release before it. "
        "2 of 300 checks failed."
    )
