import pytest

from streams.position import LogBounds, StoreRefused, start_offset


@pytest.mark.parametrize(("stored", "start", "end"), [(0, 0, 0), (0, 0, 9), (5, 0, 9), (9, 0, 9), (5, 5, 9)])
def test_reading_goes_on_at_the_stored_offset(stored: int, start: int, end: int) -> None:
    assert start_offset("myomap.events", 3, stored, LogBounds(start, end)) == stored


@pytest.mark.parametrize(
    ("stored", "start", "end", "says"),
    [
        (10, 0, 9, "the log ends at 9"),
        (0, 4, 9, "There is no state for partition 3 of myomap.events"),
        (3, 4, 9, "1 offsets were deleted before they were read"),
    ],
)
def test_a_gap_between_store_and_log_is_refused_with_what_to_do(
    stored: int, start: int, end: int, says: str
) -> None:
    with pytest.raises(StoreRefused, match=says) as refusal:
        start_offset("myomap.events", 3, stored, LogBounds(start, end))
    assert "MYOMAP_" in str(refusal.value)
