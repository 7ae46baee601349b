from importlib.resources import files
from typing import Any

import pytest
import yaml

from streams.progression.policy_complaints import shape_complaints
from streams.progression.policy_sections import with_numbers

TEXT = (
    files("streams.progression")
    .joinpath("policies", "post_surgical_lower_limb", "v1.yaml")
    .read_text("utf-8")
)


def said(text: str) -> list[str]:
    raw: Any = yaml.safe_load(text)
    return [str(each) for each in shape_complaints(with_numbers(raw) if isinstance(raw, dict) else raw)]


def test_a_policy_of_the_right_shape_draws_no_complaint() -> None:
    assert said(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "above: pain_acceptable",
            "above: five",
            "the rule pain_high (regress): `above` is 'five'; it has to be "
            "a number, or the name of one under numbers",
        ),
        (
            "above: pain_acceptable",
            "over: 5",
            "the rule pain_high (regress): it says `over`, which is not known "
            "here; it may say signal, above, at_least,",
        ),
        (
            "    signal: quality\n",
            "    signal: mood\n",
            "the rule quality_low (hold): `signal` is 'mood'; it may be red_flag, effusion_grade,",
        ),
        (
            "  max_step: 1\n",
            "  max_step: one\n",
            "the part advance: `max_step` is 'one'; it has to be a whole number",
        ),
        (
            "sign_off_from: S3",
            "sign_off_from: S9",
            "the part advance: `sign_off_from` is 'S9'; it may be S0, S1,",
        ),
        (
            "  method: dapre",
            "  method: guess",
            "the part load: `method` is 'guess'; it may be two_for_two, dapre",
        ),
        (
            "    - to: S3\n",
            "    - to: S3\n      from: S2\n",
            "gate 1: it says `from`, which is not known here; it may say to, confirm, basis",
        ),
        (
            "    - to: S3\n",
            "    - to: S3\n      on: Monday\n",
            "gate 1: one of its names is no text (words such as on, off, yes and no have to stand in quotes)",
        ),
        (
            "    value: 3\n",
            "    value: three\n",
            "the number pain_gate: `value` is 'three'; it has to be a number",
        ),
        (
            "    muscle_groups: [quadriceps, hamstrings]",
            "    muscle_groups: [quads]",
            "section 1: `muscle_groups` is 'quads'; it may be neck_flexors,",
        ),
        (
            "meant_for: [post_surgical]",
            "meant_for: [knees]",
            "the policy: `meant_for` is 'knees'; it may be low_back_pain,",
        ),
        (
            "order: [stop, regress, hold, advance]",
            "order: [wait]",
            "the policy: `order` is 'wait'; it may be stop, regress, hold, advance",
        ),
        (
            "title:",
            "heading:",
            "the policy: it says `heading`, which is not known here; it may say policy, version,",
        ),
        ("version: 1\n", "", "the policy: it does not say `version`"),
        ("review:\n  after_days: 7\n", "review:\n", "the part review: it does not say `after_days`"),
        (
            "  - rule: too_often\n    signal: sessions_7d\n",
            "  - signal: sessions_7d\n",
            "rule 11 of hold: it does not say `rule`",
        ),
    ],
)
def test_a_complaint_names_the_rule_what_is_wrong_and_what_it_may_be(
    old: str, new: str, complaint: str
) -> None:
    assert old in TEXT
    found = said(TEXT.replace(old, new, 1))
    assert any(each.startswith(complaint) for each in found), found


def test_all_complaints_come_at_once() -> None:
    text = TEXT.replace("above: pain_acceptable", "over: 5", 1).replace("method: dapre", "method: guess")
    text = text.replace("version: 1\n", "", 1)
    assert len(said(text)) == 3


@pytest.mark.parametrize("text", ["", "- a list", "7", "words"])
def test_what_is_no_policy_is_said_to_be_none(text: str) -> None:
    assert said(text) == ["the policy: the file holds no policy; it begins with 'policy: NAME'"]


@pytest.mark.parametrize(
    "text",
    [
        "stop: words",
        "advance: 3",
        "sections: {}",
        "numbers: [1]",
        "advance: {all_of: 3, gates: 4}",
        "hold: [1, null]",
    ],
)
def test_any_yaml_is_answered_with_complaints_and_no_failure(text: str) -> None:
    assert said(text)
