"""The report of ``myomap replay --check``: sums, differences, sentences."""

from collections.abc import Callable

from contracts.settings import Settings
from infra.replaying import SHOWN, lines_of, replay_check, report_of
from warehouse.parity import FACTS, STATES, Compared, Difference

AGREEING = (Compared(STATES, 12, 3, 0), Compared(FACTS, 40, 0, 0))


def one(number: int) -> Difference:
    return Difference(STATES, f"{number:032x}", "e" * 32, 2, 77, "view")


def test_what_agrees_is_said_with_how_much_was_compared() -> None:
    report = report_of(AGREEING)
    assert (report.agrees, report.compared, report.skipped, report.different) == (True, 52, 3, 0)
    assert lines_of(report) == [
        "states: 12 compared, 0 differ, 3 newer than the landed events",
        "facts: 40 compared, 0 differ, 0 newer than the landed events",
        "What the stream published is what the lake's events give.",
    ]


def test_a_difference_names_patient_episode_and_place_and_what_to_do() -> None:
    report = report_of((Compared(STATES, 12, 0, 1, (one(1),)), AGREEING[1]))
    assert (report.agrees, report.different) == (False, 1)
    lines = lines_of(report)
    assert lines[1] == (f"  patient {1:032x}, episode {'e' * 32}, partition 2 at offset 77: view")
    assert "myomap stream rebuild" in lines[-1]


def test_of_many_differences_the_first_are_told_and_the_rest_is_counted() -> None:
    many = tuple(one(number) for number in range(SHOWN + 5))
    lines = lines_of(report_of((Compared(STATES, 100, 0, len(many), many),)))
    assert lines[SHOWN + 1] == "  and 5 more; --json lists all"
    assert len(lines) == SHOWN + 3


def test_a_home_where_nothing_was_landed_agrees_without_a_broker(at_home: Callable[..., Settings]) -> None:
    report = replay_check(at_home(broker="127.0.0.1:1"), landed_only=True)
    assert (report.agrees, report.compared) == (True, 0)
