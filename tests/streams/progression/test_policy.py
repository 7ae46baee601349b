import hashlib
from importlib.resources import files

import pytest

from contracts.measures import registry
from streams.progression import policy as policies_module
from streams.progression.policy import PolicyError, conditions, find, policies, policy_from, rules_version

RELEASED = {"default_msk/v1.yaml": "26deb9962466b154"}
"""A released policy is frozen; a change is a new version beside it."""


def text_of(place: str) -> str:
    return files("streams.progression").joinpath("policies", *place.split("/")).read_text(encoding="utf-8")


def test_released_policies_are_never_edited() -> None:
    found = {f"{each.policy}/v{each.version}.yaml" for each in policies()}
    assert found == set(RELEASED)
    for place, fingerprint in RELEASED.items():
        assert hashlib.sha256(text_of(place).encode()).hexdigest()[:16] == fingerprint


def test_the_default_policy_says_where_each_number_is_from() -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    for condition in conditions(policy):
        assert condition.basis.startswith("proposal") or any(
            digit in condition.basis for digit in "0123456789"
        )
    assert policy.order == ("stop", "regress", "hold", "advance")
    assert (policy.advance.consecutive_sessions, policy.advance.max_step) == (2, 1)
    assert (policy.advance.max_levels_per_7d, policy.advance.sign_off_from) == (2, "S4")
    assert "sign-off" in policy.status


def test_a_policy_that_was_never_released_is_not_found() -> None:
    assert find("default_msk", 99) is None
    assert find("../../etc", 1) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("above: 5", "above: five", "Expected `float"),
        ("above: 5", "over: 5", "unknown field"),
        ("    above: 5\n", "", "the rule pain_high must have one bound"),
        ("    above: 5\n", "    above: 5\n    at_least: 5\n", "the rule pain_high must have one bound"),
        ("signal: quality", "signal: mood", "Invalid enum value 'mood'"),
        (
            "order: [stop, regress, hold, advance]",
            "order: [advance, stop, regress, hold]",
            "its order must be",
        ),
        ("max_step: 1", "max_step: 2", "one step"),
        ("version: 1", "version: 2", "it calls itself default_msk version 2"),
        ("rule: quality_low", "rule: pain_high", "two rules have the same name"),
        ("    basis: proposal\n", "    basis: ' '\n", "must name its basis"),
    ],
)
def test_a_policy_that_does_not_fit_is_refused_with_place_and_complaint(
    old: str, new: str, says: str
) -> None:
    text = text_of("default_msk/v1.yaml")
    assert old in text
    with pytest.raises(PolicyError, match=r"default_msk/v1\.yaml cannot be used") as refusal:
        policy_from(text.replace(old, new, 1), "default_msk/v1.yaml")
    assert says in str(refusal.value)


def test_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(PolicyError):
        policy_from("policy: [", "default_msk/v1.yaml")


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
