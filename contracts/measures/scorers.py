"""Scores of instruments from item numbers; item text is licensed and never part of this project.

Each scorer follows its instrument's rule for missing items; how many items there are, their ends and how
many must be answered are the registry's. Where there is no official rule the policy that is used is said.
A score that must not be formed has the value None and a reason code: ``wrong_number_of_items``,
``item_out_of_range``, ``too_few_answered``, ``incomplete``, ``not_administered``, ``not_measured``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.measures.registry import Measure, find

Item = float | None
LONGEST_STANCE_S: Final = 45.0
ANTERIOR_DIFFERENCE_CM: Final = 4.0


@dataclass(frozen=True)
class Score:
    """A value in the registry's unit (None: it must not be formed, see ``reason``) and what it rests on.

    answered, items: how many items were answered, of how many.
    """

    measure: str
    value: float | None
    answered: int
    items: int
    reason: str | None = None


FABQ_SCORED: Final = (2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15)
"""Numbers of the scored items: physical activity 2-5 and work 6, 7, 9-12, 15 (unverified)."""
FABQ_PA_SCORED: Final = FABQ_SCORED[:4]
FABQ_W_SCORED: Final = FABQ_SCORED[4:]


def odi(sections: Sequence[Item | Sequence[float]]) -> Score:
    """ODI, 0-100: 100 times the sum over five times the sections answered (at least 8 of 10: policy).

    A section with two boxes ticked comes as both numbers; the higher one counts.
    """
    chosen = [max(each, default=None) if isinstance(each, Sequence) else each for each in sections]
    return _scored("odi", chosen, 100 / 5)


def rmdq(ticked: Sequence[bool], administered: bool = True) -> Score:
    """RMDQ, 0-24: the statements ticked; blank and "not applicable" are not ticked.

    Because a blank cannot be told from "no", ``administered`` says that the form was given at all.
    """
    if len(ticked) != 24:
        return Score("rmdq", None, 0, 24, "wrong_number_of_items")
    if not administered:
        return Score("rmdq", None, 0, 24, "not_administered")
    return Score("rmdq", float(sum(map(bool, ticked))), 24, 24)


def ndi(items: Sequence[Item]) -> Score:
    """NDI, 0-50: missing items take the mean of the answered ones; with three missing it is invalid."""
    return _scored("ndi", items, 10)


def bctq_sss(items: Sequence[Item]) -> Score:
    """BCTQ symptom severity, 1-5: mean of 11 items, of which 80 % must be answered (policy)."""
    return _scored("bctq_sss", items, 1)


def bctq_fss(items: Sequence[Item]) -> Score:
    """BCTQ functional status, 1-5: mean of 8 items, of which 80 % must be answered (policy)."""
    return _scored("bctq_fss", items, 1)


def dash(items: Sequence[Item]) -> Score:
    """DASH, 0-100: (mean - 1) times 25, of at least 27 of 30 items."""
    return _scored("dash", items, 25, 1)


def quickdash(items: Sequence[Item]) -> Score:
    """QuickDASH, 0-100: (mean - 1) times 25, of at least 10 of 11 items."""
    return _scored("quickdash", items, 25, 1)


def lefs(items: Sequence[Item]) -> Score:
    """LEFS, 0-80: sum of 20 items, prorated where at most two are missing (policy)."""
    return _scored("lefs", items, 20)


def berg_balance(items: Sequence[Item]) -> Score:
    """Berg, 0-56: sum of 14 items; nothing is imputed."""
    return _scored("berg_balance", items, 14)


def functional_gait(items: Sequence[Item]) -> Score:
    """FGA, 0-30: sum of 10 items; nothing is imputed."""
    return _scored("functional_gait", items, 10)


def tsk11(items: Sequence[Item]) -> Score:
    """TSK-11, 11-44: sum of 11 items; nothing is imputed."""
    return _scored("tsk11", items, 11)


def tsk11_band(value: float) -> str:
    """The published band of a TSK-11 score: minimal, low, moderate or high."""
    limits = ((22, "minimal"), (28, "low"), (35, "moderate"))
    return next((band for highest, band in limits if value <= highest), "high")


def fabq(items: Sequence[Item]) -> Score:
    """FABQ, 0-66: sum of the scored items of both scales; the other items are asked and not counted."""
    return _fabq("fabq", items, FABQ_SCORED)


def fabq_pa(items: Sequence[Item]) -> Score:
    """FABQ, physical activity, 0-24: sum of its four scored items, of the 16 that were asked."""
    return _fabq("fabq_pa", items, FABQ_PA_SCORED)


def fabq_w(items: Sequence[Item]) -> Score:
    """FABQ, work, 0-42: sum of its seven scored items, of the 16 that were asked."""
    return _fabq("fabq_w", items, FABQ_W_SCORED)


def dn4(signs: Sequence[Item]) -> Score:
    """DN4, 0-10: the number of signs; screening, no outcome."""
    return _scored("dn4", signs, 10)


def grc(rating: Item) -> Score:
    """Global rating of change, -7 to 7: the single rating; an anchor, no outcome."""
    return _scored("grc", [rating], 1)


def nprs(rating: Item) -> Score:
    """NPRS, 0-10: the single rating."""
    return _scored("nprs", [rating], 1)


def psfs(activities: Mapping[str, float]) -> Score:
    """PSFS, 0-10: mean of the ratings of the patient's own 3-5 activities, by a key of each."""
    if not 3 <= len(activities) <= 5:
        return Score("psfs", None, len(activities), len(activities), "wrong_number_of_items")
    return _mean_of_activities(activities)


def psfs_pair(baseline: Mapping[str, float], follow_up: Mapping[str, float]) -> tuple[Score, Score]:
    """PSFS at two times over the activities rated at both; none in common gives no score."""
    both = sorted(baseline.keys() & follow_up.keys())
    return (
        _mean_of_activities({key: baseline[key] for key in both}),
        _mean_of_activities({key: follow_up[key] for key in both}),
    )


def y_balance(anterior_cm: Item, posteromedial_cm: Item, posterolateral_cm: Item, limb_cm: Item) -> Score:
    """Y-Balance, per cent of limb length: the mean of the three reaches; all of them are needed."""
    reaches = [each for each in (anterior_cm, posteromedial_cm, posterolateral_cm) if each is not None]
    if len(reaches) < 3 or limb_cm is None:
        return Score("y_balance", None, len(reaches), 3, "incomplete")
    if limb_cm <= 0 or min(reaches) < 0:
        return Score("y_balance", None, 3, 3, "item_out_of_range")
    return Score("y_balance", 100 * math.fsum(reaches) / (3 * limb_cm), 3, 3)


def anterior_reach_differs(left_cm: float, right_cm: float) -> bool:
    """Whether the anterior reaches of the two sides are more than 4 cm apart (unverified limit)."""
    return abs(left_cm - right_cm) > ANTERIOR_DIFFERENCE_CM


def tug(seconds: Item) -> Score:
    """TUG, seconds: the time of one walk."""
    return _measured("tug", [seconds], 1)


def chair_stand_30s(stands: Item) -> Score:
    """30-second chair stand, repetitions: the full stands; a count of 0 is a result."""
    return _measured("chair_stand_30s", [stands], 1)


def single_leg_stance(trials_s: Sequence[Item]) -> Score:
    """Single-leg stance, seconds: the best of up to three trials, at most the protocol's 45 s."""
    capped = [None if each is None else min(each, LONGEST_STANCE_S) for each in trials_s]
    return _measured("single_leg_stance", capped, 3)


def grip_strength(trials_kg: Sequence[Item], best: bool = False) -> Score:
    """Grip, kg: the mean of up to three trials, or the best of them; always the same for one patient."""
    score = _measured("grip_strength", trials_kg, 3)
    if best or score.value is None:
        return score
    trials = [each for each in trials_kg if each is not None]
    return Score("grip_strength", math.fsum(trials) / len(trials), len(trials), len(trials_kg))


def torque(force_n: float, lever_arm_m: float) -> Score:
    """Torque, Nm: the peak force times its lever arm, which must be recorded."""
    if lever_arm_m <= 0 or force_n < 0:
        return Score("muscle_torque", None, 1, 1, "item_out_of_range")
    return Score("muscle_torque", force_n * lever_arm_m, 1, 1)


def _fabq(measure: str, items: Sequence[Item], numbers: tuple[int, ...]) -> Score:
    known = _form(measure)
    problem = _problem(known, items)
    if problem:
        return _refused(known, items, problem)
    scored = [items[number - 1] for number in numbers]
    return Score(measure, math.fsum(each for each in scored if each is not None), 16, 16)


def _form(measure: str) -> Measure:
    known = find(measure)
    if known is None or known.items is None:
        raise ValueError(f"The registry of measures has no items for {measure!r}; add them there.")
    return known


def _scored(measure: str, items: Sequence[Item], factor: float, less: float = 0) -> Score:
    """(mean of the answered items - less) times factor: a sum where the factor is the number of items."""
    known = _form(measure)
    problem = _problem(known, items)
    if problem:
        return _refused(known, items, problem)
    answered = [each for each in items if each is not None]
    value = factor * (math.fsum(answered) - less * len(answered)) / len(answered)
    return Score(measure, value, len(answered), len(items))


def _problem(known: Measure, items: Sequence[Item]) -> str | None:
    if len(items) != known.items:
        return "wrong_number_of_items"
    answered = [each for each in items if each is not None]
    low, high = known.item_low or 0, known.item_high or 0
    if not all(low <= each <= high for each in answered):
        return "item_out_of_range"
    return "too_few_answered" if len(answered) < (known.least_answered or 0) else None


def _refused(known: Measure, items: Sequence[Item], reason: str) -> Score:
    return Score(known.measure, None, sum(each is not None for each in items), known.items or 0, reason)


def _measured(measure: str, trials: Sequence[Item], at_most: int) -> Score:
    there = [each for each in trials if each is not None]
    if len(trials) > at_most:
        return Score(measure, None, len(there), len(trials), "wrong_number_of_items")
    if not there:
        return Score(measure, None, 0, len(trials), "not_measured")
    if not all(0 <= each < math.inf for each in there):
        return Score(measure, None, len(there), len(trials), "item_out_of_range")
    return Score(measure, max(there), len(there), len(trials))


def _mean_of_activities(ratings: Mapping[str, float]) -> Score:
    n = len(ratings)
    if not n:
        return Score("psfs", None, 0, 0, "incomplete")
    if not all(0 <= each <= 10 for each in ratings.values()):
        return Score("psfs", None, n, n, "item_out_of_range")
    return Score("psfs", math.fsum(ratings.values()) / n, n, n)


def _rmdq_of_numbers(items: Sequence[Item]) -> Score:
    """RMDQ from 24 numbers, 1 for ticked; a form without any number was not given."""
    if not all(each in (None, 0, 1) for each in items):
        return Score("rmdq", None, 0, 24, "item_out_of_range")
    return rmdq([each == 1 for each in items], administered=any(each is not None for each in items))


SCORERS: Final[Mapping[str, Callable[[Sequence[Item]], Score]]] = {
    "odi": odi,
    "rmdq": _rmdq_of_numbers,
    "ndi": ndi,
    "bctq_sss": bctq_sss,
    "bctq_fss": bctq_fss,
    "dash": dash,
    "quickdash": quickdash,
    "lefs": lefs,
    "berg_balance": berg_balance,
    "functional_gait": functional_gait,
    "tsk11": tsk11,
    "fabq": fabq,
    "fabq_pa": fabq_pa,
    "fabq_w": fabq_w,
    "dn4": dn4,
}
"""Scorers of instruments with a fixed number of items, which a contract may name."""


def score_of(measure: str, items: Sequence[Item]) -> Score:
    """The score of item numbers by the measure's own rule; raises ``KeyError`` where nothing scores it."""
    return SCORERS[measure](items)
