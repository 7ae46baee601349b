"""A therapist finds an own patient by the clinic's reference, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboards import finding

WHO = ("therapist", "harbour", "t-ha-0")


def _ask(page: Any) -> None:
    page.text_input(key="find_reference").set_value("HB-0007")
    page.button(key="find").click()


def test_a_hit_among_own_patients_is_opened(
    open_page: Callable[..., Any], truth: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((key,),) = truth("SELECT max(patient_key) FROM fct_episode WHERE therapist = 't-ha-0'")
    monkeypatch.setattr(finding, "look_up", lambda *_: (key, ""))
    shown = open_page("one_patient", *WHO, touch=_ask)
    assert shown.run.selectbox(key="patient").value[0] == key


def test_a_strangers_patient_reads_like_nobody(
    open_page: Callable[..., Any], truth: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((key,),) = truth("SELECT max(patient_key) FROM fct_episode WHERE therapist = 't-ri-0'")
    said = []
    for answer in ((key, ""), (None, finding.UNKNOWN)):
        monkeypatch.setattr(finding, "look_up", lambda *_, answer=answer: answer)
        said.append(open_page("one_patient", *WHO, touch=_ask).run.warning[0].value)
    assert said == [finding.UNKNOWN, finding.UNKNOWN]
