"""Which fields a form asks for."""

from collections.abc import Callable
from typing import Any

from dashboards.record_fields import FIELDS


def keys(shown: Any) -> set[str]:
    kinds = ("selectbox", "text_input", "number_input", "date_input", "time_input")
    return {each.key for kind in kinds for each in getattr(shown.run, kind)}


def kind(name: str) -> Callable[[Any], Any]:
    return lambda page: page.get("button_group")[0].set_value([name]) if page.get("button_group") else None


def test_a_measurement_asks_for_a_muscle_only_where_it_is_taken_at_one(open_page: Callable[..., Any]) -> None:
    who = ("therapist", "harbour", "t-ha-0")
    assert "group" not in keys(open_page("record", *who, touch=_choose("ndi")))
    assert {"group", "side"} <= keys(open_page("record", *who, touch=_choose("muscle_strength")))


def _choose(measure: str) -> Callable[[Any], Any]:
    return lambda page: page.selectbox(key="measure").set_value(measure)


def test_the_usual_method_and_device_are_offered_first(open_page: Callable[..., Any]) -> None:
    shown = open_page("record", "therapist", "harbour", "t-ha-0", touch=_choose("muscle_strength"))
    assert shown.run.selectbox(key="method-muscle_strength").value == "isometric"
    assert shown.run.selectbox(key="device-muscle_strength").value == "hand_held_dynamometer"


def test_there_are_three_forms() -> None:
    assert FIELDS.keys() == {"measurement", "symptoms", "override"}


def test_the_clinics_zone_stands_beside_the_time(open_page: Callable[..., Any]) -> None:
    shown = open_page("record", "therapist", "harbour", "t-ha-0")
    assert shown.run.time_input(key="time").label == "Time (America/New_York)"
