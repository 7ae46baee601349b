"""The shapes stand where a body has them."""

from contracts.vocabulary import MUSCLE_GROUPS
from dashboards.body_shapes import BACK, FRONT, HEAD, OUTLINE


def test_every_group_of_the_vocabulary_and_nothing_else_has_a_shape() -> None:
    assert FRONT.keys() | BACK.keys() == set(MUSCLE_GROUPS)


def test_shapes_lie_right_of_the_midline_and_within_the_body() -> None:
    right, top, bottom = max(x for x, _ in OUTLINE), min(y for _, y in HEAD), max(y for _, y in OUTLINE)
    for shape in (*FRONT.values(), *BACK.values()):
        assert len(shape) >= 5
        assert all(0 <= x <= right and top <= y <= bottom for x, y in shape)


def test_outlines_begin_and_end_on_the_midline() -> None:
    for half in (HEAD, OUTLINE):
        assert half[0][0] == half[-1][0] == 0
