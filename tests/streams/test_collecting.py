import gc
from collections.abc import Iterator

import pytest

from streams.collecting import OBJECTS, load_and_spare


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_loaded_is_left_alone_and_cycles_that_come_later_are_still_taken_away() -> None:
    load_and_spare()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == OBJECTS
    gone = len([each for each in gc.get_objects() if isinstance(each, Knot)])
    for _ in range(2 * OBJECTS):
        Knot()
    left = len([each for each in gc.get_objects() if isinstance(each, Knot)])
    assert (gone, left <= OBJECTS) == (0, True)
