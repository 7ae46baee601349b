"""The clinics say the same for the same seed, and everything that they say has its time."""

from datetime import UTC, date, datetime

from ingest.simulator.clinic import Run, simulate
from ingest.simulator.size import SMALL, only_cell


def test_a_seed_fixes_every_record(small_run: Run) -> None:
    assert simulate(11, SMALL, date(2026, 10, 31)).records == small_run.records


def test_records_come_in_the_order_of_their_arrival_and_end_with_the_run(small_run: Run) -> None:
    times = [record.arrived_at for record in small_run.records]
    assert times == sorted(times)
    assert times[-1] < datetime(2026, 11, 1, tzinfo=UTC)


def test_sessions_do_not_change_the_outcomes() -> None:
    name = "neck_pain.neck_flexors"
    alone = simulate(2, only_cell(name, 30)).records
    values = [record.fields["value"] for record in alone if "value" in record.fields]
    again = simulate(2, only_cell(name, 30)).records
    assert values == [record.fields["value"] for record in again if "value" in record.fields]
    assert len(values) > 60


def test_all_four_sources_and_three_clinics_speak(small_run: Run) -> None:
    assert {record.source for record in small_run.records} == {
        "therapist_form",
        "dynamometer",
        "motion_sensor",
        "home_app",
    }
    assert {record.clinic for record in small_run.records} == {"riverside", "harbour", "hillcrest"}
