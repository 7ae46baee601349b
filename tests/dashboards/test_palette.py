"""The steps from worse to better."""

import pytest

from dashboards.palette import STEPS, step_of


def test_steps_rise_and_have_a_colour_of_their_own() -> None:
    assert [step.low for step in STEPS] == sorted(step.low for step in STEPS)
    assert len({step.colour for step in STEPS}) == len(STEPS)


@pytest.mark.parametrize(
    ("change", "words"),
    [(-0.5, "worse by 0.2 to 0.5"), (-0.51, "worse by 0.5 or more"), (0.19, "little change"),
     (0.2, "better by 0.2 to 0.5"),
     (0.8, "better by 0.8 or more")],
)  # fmt: skip
def test_a_change_falls_on_its_step(change: float, words: str) -> None:
    assert step_of(change).words == words
