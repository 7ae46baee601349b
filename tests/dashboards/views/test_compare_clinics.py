"""The director sees each clinic beside what was expected of it, and other clinics only without a name."""

import csv
import io
from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]
PAGE = "compare_clinics"


def lines(shown: Any, name: str = "clinics") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shown.files[name])))


def neck(page: Any) -> None:
    page.selectbox(key="clinics_condition").set_value("neck_pain")


def test_raw_expected_difference_and_shrunk_stand_side_by_side_with_n(
    open_page: Open, truth: Callable[..., Any]
) -> None:
    shown = open_page(PAGE, "director", touch=neck)
    ((n, started, shrunk, low, high),) = truth(
        "SELECT n_measured, n_started, shrunk, shrunk_low, shrunk_high FROM agg_clinic "
        "WHERE measure = 'ndi' AND condition = 'neck_pain' AND clinic = 'meadow'"
    )
    row = next(each for each in shown.html.split("<tr>") if "<td>Meadow</td>" in each and "+7.00" in each)
    for words in (
        f">{n}<",
        f">{started}<",
        ">80 %<",
        "+3.50",
        "+7.00",
        "−3.50",
        f"{low:.2f}"[1:],
        f"{high:.2f}"[1:],
    ):
        assert words in row
    assert f"{shrunk:.2f}"[1:] in row
    assert "clearly worse than expected" in row


def test_a_small_clinic_is_hidden_in_table_chart_and_file(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=neck)
    row = next(each for each in shown.html.split("<tr>") if "<td>Brook</td>" in each)
    assert row.count(">hidden<") >= 7
    (thin,) = [line for line in lines(shown) if line["Clinic"] == "brook"]
    assert [thin[name] for name in ("Measured", "Started", "Mean change", "Expected", "Difference")] == [
        ""
    ] * 5
    assert "Brook" not in shown.files["funnel"]


def test_a_hidden_clinic_cannot_be_found_by_subtraction(open_page: Open) -> None:
    hidden = [
        line["Clinic"] for line in lines(open_page(PAGE, "director", touch=neck)) if not line["Measured"]
    ]
    assert "brook" in hidden
    assert len(hidden) >= 2


def test_nobody_is_ranked(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=neck)
    names = [line["Clinic"] for line in lines(shown)]
    assert names == sorted(names)
    assert "rank" not in shown.html.replace("no ranks", "").lower()


def test_where_clinics_are_too_few_the_gate_says_so(open_page: Open) -> None:
    shown = open_page(
        PAGE,
        "director",
        touch=lambda page: page.selectbox(key="clinics_condition").set_value("low_back_pain"),
    )
    assert "Too few clinics to tell apart" in shown.html
    assert "Fewer than 5 clinics" in shown.html
    assert {line["By the limits"] for line in lines(shown)} == {""}


def test_a_director_of_one_clinic_sees_the_others_as_points_without_names(open_page: Open) -> None:
    shown = open_page(PAGE, "director", "harbour", touch=neck)
    assert {line["Clinic"] for line in lines(shown)} == {"harbour"}
    assert [line["Clinic"] for line in lines(shown, "funnel")].count("another clinic") == 6
    everything = shown.html + "".join(shown.files.values())
    for name in ("riverside", "hillcrest", "meadow", "brook"):
        assert name not in everything.lower()


def test_among_few_clinics_not_even_points_of_others_are_shown(open_page: Open) -> None:
    shown = open_page(
        PAGE,
        "director",
        "harbour",
        touch=lambda page: page.selectbox(key="clinics_condition").set_value("low_back_pain"),
    )
    assert [line["Clinic"] for line in lines(shown, "funnel")] == ["Harbour"]


def test_the_model_says_how_well_it_fits(open_page: Open) -> None:
    said = open_page(PAGE, "director", touch=neck).said
    assert "case_mix.made_up" in said
    assert "31 % of the variance" in said


def test_the_trend_says_its_limits_and_that_they_are_on_trial(open_page: Open) -> None:
    shown = open_page(PAGE, "director", "harbour")
    assert "months around" in shown.said
    assert "Fewer than 12 months, so the limits are on trial." in shown.said


def test_a_therapist_may_not_see_it(open_page: Open) -> None:
    shown = open_page("my_patients", "therapist", "harbour")
    assert "Clinics compared" not in shown.html


def test_without_a_follow_up_of_the_condition_it_says_what_to_choose(open_page: Open) -> None:
    shown = open_page(
        PAGE,
        "director",
        touch=lambda page: page.selectbox(key="clinics_condition").set_value("carpal_tunnel"),
    )
    assert "Choose another condition or follow-up." in shown.said
