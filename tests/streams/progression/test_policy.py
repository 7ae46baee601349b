import hashlib
from importlib.resources import files

import pytest

from contracts.measures import registry
from contracts.vocabulary import CONDITIONS, MUSCLE_GROUPS
from streams.progression import policy as policies_module
from streams.progression.policy import (
    Policy,
    PolicyError,
    conditions,
    find,
    policies,
    policy_file_from,
    policy_from,
    read_policy,
    released_files,
    rules_of,
    rules_version,
)

RELEASED = {
    "carpal_tunnel_rsi/v1.yaml": "b5f0059b44f22198",
    "default_msk/v1.yaml": "26deb9962466b154",
    "default_msk/v2.yaml": "c264ac77d30177e5",
    "neck_low_back_pain/v1.yaml": "67e53abeee37fff0",
    "post_surgical_lower_limb/v1.yaml": "4c51ddb5b5723331",
}
"""A released policy is frozen; a change is a new version beside it, with a line of its own here."""

SECTION = """
sections:
  - says: knee
    basis: proposal
    conditions: [post_surgical]
    muscle_groups: [quadriceps]
    without: [adherence_low]
    regress:
      - {rule: pain_high, signal: pain_during, above: 4, says: pain was above 4, basis: proposal}
    hold:
      - {rule: swollen, signal: effusion_grade, at_least: 0.5, says: a trace of effusion, basis: proposal}
    required: {signals: [pain_during, quality, reps_share, soreness]}
    advance:
      consecutive_sessions: 3
      all_of:
        - {rule: no_soreness, signal: soreness, one_of: [none], says: no soreness, basis: proposal}
"""


def text_of(place: str) -> str:
    return files("streams.progression").joinpath("policies", *place.split("/")).read_text(encoding="utf-8")


def test_released_policies_are_never_edited() -> None:
    found = {f"{each.policy}/v{each.version}.yaml" for each in policies()}
    assert found == set(RELEASED)
    for place, fingerprint in RELEASED.items():
        assert hashlib.sha256(text_of(place).encode()).hexdigest()[:16] == fingerprint, (
            f"{place} was edited. States were derived under it: put the change into a new version beside it."
        )


@pytest.mark.parametrize("policy", policies(), ids=lambda each: f"{each.policy}-v{each.version}")
def test_a_released_policy_says_where_each_number_is_from_and_whether_it_is_signed_off(
    policy: Policy,
) -> None:
    for condition in conditions(policy):
        assert condition.basis.strip()
    assert policy.order == ("stop", "regress", "hold", "advance")
    assert policy.signed_off is None
    assert "sign-off" in policy.status


def test_the_default_is_what_it_was() -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    assert (policy.advance.consecutive_sessions, policy.advance.max_step) == (2, 1)
    assert (policy.advance.max_levels_per_7d, policy.advance.sign_off_from) == (2, "S4")
    assert policy.gates == ("S4",)
    assert not policy.sections


def test_every_released_policy_can_be_used_for_every_condition_and_muscle_group() -> None:
    for file in released_files():
        _, complaints = read_policy(text_of(file.place), file.place)
        assert [str(each) for each in complaints if each.severity == "error"] == []
        for condition in CONDITIONS:
            for group in MUSCLE_GROUPS:
                assert rules_of(file.general.policy, file.general.version, condition, group) is not None


def test_a_policy_that_was_never_released_is_not_found() -> None:
    assert find("default_msk", 99) is None
    assert find("../../etc", 1) is None
    assert rules_of("default_msk", 99, "neck_pain", "quadriceps") is None


def test_a_policy_without_sections_says_the_same_for_everybody() -> None:
    assert rules_of("default_msk", 1, "neck_pain", "deltoid") is find("default_msk", 1)


def test_a_section_is_laid_over_the_general_part_for_its_conditions_and_muscle_groups() -> None:
    file = policy_file_from(text_of("default_msk/v1.yaml") + SECTION, "default_msk/v1.yaml")
    knee = file.rules_for("post_surgical", "quadriceps")
    assert knee is file.rules_for("post_surgical", "quadriceps")
    assert file.rules_for("post_injury", "quadriceps") is file.rules_for("post_surgical", "deltoid")
    assert file.rules_for("post_injury", "quadriceps") is file.general
    assert next(each.above for each in knee.regress if each.rule == "pain_high") == 4
    holds = [each.rule for each in knee.hold]
    assert holds[-1] == "swollen"
    assert "adherence_low" not in holds
    assert knee.required.signals[-1] == "soreness"
    assert [each.rule for each in knee.advance.all_of] == [
        "pain_low",
        "quality_good",
        "reps_done",
        "no_soreness",
    ]
    assert (knee.advance.consecutive_sessions, knee.advance.max_levels_per_7d) == (3, 2)


def test_a_section_that_makes_nonsense_of_the_policy_is_refused_with_the_rule() -> None:
    text = text_of("default_msk/v1.yaml") + SECTION.replace("above: 4,", "above: 1,")
    with pytest.raises(PolicyError, match=r"the rule pain_low .advance.: it contradicts the rule pain_high"):
        policy_file_from(text, "default_msk/v1.yaml")


@pytest.mark.parametrize("odd", ["[]", "{a: 1}", "7", "null"])
def test_a_rule_of_a_section_whose_name_is_no_text_is_a_complaint(odd: str) -> None:
    text = text_of("default_msk/v1.yaml") + SECTION.replace("rule: swollen", f"rule: {odd}")
    with pytest.raises(PolicyError, match="`rule` is"):
        policy_file_from(text, "default_msk/v1.yaml")


def test_a_section_that_cannot_be_read_is_refused_with_its_number() -> None:
    text = text_of("default_msk/v1.yaml") + SECTION.replace("signal: effusion_grade", "signal: mood")
    with pytest.raises(PolicyError, match=r"section 1, the rule swollen \(hold\): `signal` is 'mood'"):
        policy_file_from(text, "default_msk/v1.yaml")


@pytest.mark.parametrize(
    ("policy", "condition", "group", "sessions", "rise"),
    [
        ("neck_low_back_pain", "low_back_pain", "lumbar_extensors", 2, 2),
        ("neck_low_back_pain", "neck_pain", "upper_trapezius", 2, 1.3),
        ("neck_low_back_pain", "neck_pain", "neck_flexors", 3, 1.3),
        ("neck_low_back_pain", "low_back_pain", "deep_abdominals", 3, 2),
    ],
)
def test_back_and_neck_differ_in_what_counts_as_a_rise_and_deep_muscles_in_sessions(
    policy: str, condition: str, group: str, sessions: int, rise: float
) -> None:
    rules = rules_of(policy, 1, condition, group)
    assert rules is not None
    assert rules.advance.consecutive_sessions == sessions
    assert {each.at_least for each in rules.hold if each.rule == "week_worse"} == {rise}


def test_text_that_is_no_yaml_is_refused() -> None:
    for text in ("policy: [", "", "- a list"):
        with pytest.raises(PolicyError, match=r"default_msk/v1\.yaml cannot be used"):
            policy_from(text, "default_msk/v1.yaml")


def test_the_rules_version_changes_with_policies_fold_and_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {rules_version()}
    assert len(rules_version()) == 16
    for place, name, value in (
        (policies_module, "FOLD_VERSION", policies_module.FOLD_VERSION + 1),
        (policies_module, "policies", tuple),
        (policies_module, "REGISTRY_VERSION", registry.REGISTRY_VERSION + 1),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(place, name, value)
            seen.add(rules_version.__wrapped__())
    assert len(seen) == 4


def test_the_rules_version_changes_with_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = policy_from(text_of("default_msk/v1.yaml"), "default_msk/v1.yaml")
    with_section = policy_from(text_of("default_msk/v1.yaml") + SECTION, "default_msk/v1.yaml")
    seen = set()
    for each in (plain, with_section):
        with monkeypatch.context() as changed:
            changed.setattr(policies_module, "policies", lambda each=each: (each,))
            seen.add(rules_version.__wrapped__())
    assert len(seen) == 2
