"""Whether an indicator can tell clinics apart, and whether a clinic may be compared: codes and words."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.shrinkage import RELIABLE

Floats = NDArray[np.float64]
OfClinic = Literal["comparable", "no_model", "too_few_people", "incomplete"]
OfIndicator = Literal["tells_apart", "no_model", "too_few_clinics", "no_difference", "unreliable"]

SMALLEST_CLINIC: Final = 20
"""People measured; the floor of the American MIPS programme for scoring a measure."""
SMALLEST_COMPLETENESS: Final = 0.6
"""Share of the people due who were measured; registries refuse between 60 and 70 %, the lower is ours."""
SMALLEST_GROUP: Final = 5
"""Comparable clinics; with fewer the variance between clinics cannot be estimated. A proposal."""

SENTENCES: Final[dict[str, str]] = {
    "comparable": "The clinic has enough people, measured completely enough, to be compared.",
    "tells_apart": "Most clinics have enough people for this indicator to tell them apart.",
    "no_model": "Too few people were measured for a case-mix model, so no change can be expected of anybody.",
    "too_few_people": f"Fewer than {SMALLEST_CLINIC} people were measured, so the clinic is not compared.",
    "incomplete": (
        f"Fewer than {100 * SMALLEST_COMPLETENESS:.0f} % of the people due were measured, so the clinic is "
        "not compared: those who stayed away may have fared otherwise."
    ),
    "too_few_clinics": (
        f"Fewer than {SMALLEST_GROUP} clinics have enough people and are complete enough, so they cannot be "
        "told apart; each clinic's figures can still be read beside what was expected."
    ),
    "no_difference": (
        "The clinics differ no more than chance alone would make them differ, so this indicator does not "
        "tell them apart."
    ),
    "unreliable": (
        "Most clinics have too few people for their differences to be told from chance (reliability below "
        f"{RELIABLE:.1f}), so only a clinic far outside the limits is pointed out."
    ),
}
"""What each code says to a director."""


def of_clinic(people: int, started: int, is_expected: bool) -> OfClinic:
    """Whether a clinic may be compared, or the first reason why not."""
    if not is_expected:
        return "no_model"
    if people < SMALLEST_CLINIC:
        return "too_few_people"
    if started <= 0 or people / started < SMALLEST_COMPLETENESS:
        return "incomplete"
    return "comparable"


def of_indicator(reliabilities: Floats, between: float, is_expected: bool) -> OfIndicator:
    """Whether an indicator tells its comparable clinics apart (one reliability each), or why not."""
    if not is_expected:
        return "no_model"
    if len(reliabilities) < SMALLEST_GROUP:
        return "too_few_clinics"
    if between <= 0:
        return "no_difference"
    if float((reliabilities < RELIABLE).mean()) > 0.5:
        return "unreliable"
    return "tells_apart"
