"""The director's figures over time, as the page shows them."""

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]
PAGE = "how_are_we_doing"


def test_the_trend_and_the_time_to_change_come_with_their_tables(open_page: Open) -> None:
    shown = open_page(PAGE, "director")
    assert {"trend", "until-change"} <= shown.files.keys()
    assert "Time until an important change" in shown.said
    assert "whose change can be judged by a published threshold" in shown.said


def test_the_curve_is_the_chosen_one(open_page: Open, truth: Callable[..., Any]) -> None:
    instrument = ("Roland-Morris disability", "self_report", "questionnaire", "rmdq")
    curve = ("low_back_pain", "lumbar_extensors", *instrument)
    shown = open_page(PAGE, "director", touch=lambda page: page.selectbox(key="curve").set_value(curve))
    ((share,),) = truth(
        "SELECT changed FROM agg_time_to_change WHERE clinic = 'all' AND definition = 'sustained' "
        "AND measure = 'rmdq' AND muscle_group = 'lumbar_extensors' AND week = 16"
    )
    assert f"16,Important change,{round(100 * share)}," in shown.files["until-change"]


def test_a_measure_without_thresholds_has_no_curve(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=lambda page: page.selectbox(key="condition").set_value("none"))
    assert "until-change" not in shown.files
