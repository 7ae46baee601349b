"""A released policy says today of any session what it said when it was released."""

import hashlib
import random
from dataclasses import fields
from typing import Any

import pytest
from clinical_laws import VALUES

from contracts.vocabulary import STAGES
from streams.progression.advancing import Past, weighed
from streams.progression.evaluate import evaluate
from streams.progression.moments import EARLIEST
from streams.progression.policy import PolicyFile, released_files
from streams.progression.signals import Signals

MEANING = {
    "carpal_tunnel_rsi/v1": "450559e6a1861377",
    "default_msk/v1": "8824c32f4baa5bcf",
    "default_msk/v2": "9d87ded385101cf0",
    "neck_low_back_pain/v1": "463c4d467b260cca",
    "post_surgical_lower_limb/v1": "bd5ed78d8ae90119",
}
"""Hash of the verdicts on sessions made up by a fixed dice. A change of one raises ``FOLD_VERSION``."""

WHOM = (("post_surgical", "quadriceps"), ("neck_pain", "neck_flexors"), ("carpal_tunnel", "hand_intrinsics"),
        ("repetitive_strain_injury", "wrist_extensors"), ("low_back_pain", "deep_abdominals"))  # fmt: skip


def made_up(dice: random.Random) -> Signals:
    """Signals that are mostly good, so that every rule has its turn."""
    given: dict[str, Any] = {}
    for each in fields(Signals):
        values = VALUES[each.name]
        odd = dice.random()
        given[each.name] = None if odd < 0.05 else dice.choice(values) if odd < 0.25 else values[0]
    return Signals(**given | {"red_flag": dice.random() < 0.02})


def meaning(file: PolicyFile) -> str:
    dice = random.Random(7)
    told = hashlib.sha256()
    for number in range(3_000):
        signals, stage = made_up(dice), STAGES[number % len(STAGES)]
        past = Past(stage, dice.randint(1, 4), (), dice.choice([None, "S4", "S6"]), dice.random() < 0.3)
        for condition, group in WHOM:
            policy = file.rules_for(condition, group)
            verdict = weighed(evaluate(signals, policy, stage), past, policy, EARLIEST)
            told.update(f"{verdict.action} {verdict.rule};".encode())
    return told.hexdigest()[:16]


@pytest.mark.parametrize("file", released_files(), ids=lambda each: each.place)
def test_a_released_policy_means_what_it_meant(file: PolicyFile) -> None:
    assert meaning(file) == MEANING[file.place.removesuffix(".yaml")]


def test_every_rule_of_the_released_policies_has_its_turn() -> None:
    dice = random.Random(7)
    sessions = [made_up(dice) for _ in range(3_000)]
    for file in released_files():
        rules = {rule for condition, group in WHOM for rule in _rules(file, condition, group)}
        fired = {
            evaluate(each, file.rules_for(condition, group), stage).rule
            for each in sessions
            for condition, group in WHOM
            for stage in ("S1", "S6")
        }
        assert rules <= fired, file.place


def _rules(file: PolicyFile, condition: str, group: str) -> set[str]:
    policy = file.rules_for(condition, group)
    return {rule.rule for rule in (*policy.stop, *policy.regress, *policy.hold)} | {policy.advance.rule}
