"""Without the development switch nobody is anybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.navigation import PAGES

APP = Path(__file__).parents[2] / "dashboards" / "app.py"


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("switch", ["0", "", "yes"])
def test_without_the_switch_every_role_is_denied(
    home: Any, monkeypatch: pytest.MonkeyPatch, role: str, switch: str
) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(home.root))
    monkeypatch.setenv("MYOMAP_DEVELOPMENT_IDENTITY", switch)
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["role"] = role
    page.run()
    assert [each.value for each in page.exception] == []
    assert "You are not signed in" in page.warning[0].value
    assert page.selectbox.len == 0
    assert 'class="mm-head"' not in "".join(each.proto.body for each in page.get("html"))


def test_a_link_may_name_the_identity(open_page: Callable[..., Any]) -> None:
    shown = open_page("how_are_we_doing", "director", "harbour")
    assert [shown.run.selectbox(key=key).value for key in ("role", "clinic")] == ["director", "harbour"]
    assert "Harbour" in shown.html


def test_an_unknown_role_in_a_link_is_not_taken(open_page: Callable[..., Any]) -> None:
    shown = open_page("how_are_we_doing", "root")
    assert shown.run.selectbox(key="role").value == "director"


def test_a_therapist_is_one_of_the_chosen_clinic(open_page: Callable[..., Any]) -> None:
    shown = open_page("my_patients", "therapist", "harbour", "t-ri-0")
    assert shown.run.selectbox(key="therapist").value.startswith("t-ha-")


def test_the_switch_offers_every_clinic_and_all_of_them(open_page: Callable[..., Any]) -> None:
    shown = open_page("how_are_we_doing", "director")
    assert shown.run.selectbox(key="clinic").options == ["All", "Harbour", "Hillcrest", "Riverside"]
