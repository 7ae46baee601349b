import pytest

from streams.position import Found, LogBounds, Place, Step, StoreRefused, plan, start_offset
from streams.rows import Marker


@pytest.mark.parametrize(("stored", "start", "end"), [(0, 0, 0), (0, 0, 9), (5, 0, 9), (9, 0, 9), (5, 5, 9)])
def test_reading_goes_on_at_the_stored_offset(stored: int, start: int, end: int) -> None:
    assert start_offset("myomap.events", 3, stored, LogBounds(start, end)) == stored


@pytest.mark.parametrize(
    ("stored", "start", "end", "says"),
    [
        (10, 0, 9, "the log ends at 9"),
        (0, 4, 9, "4 offsets were deleted before they were read"),
        (3, 4, 9, "1 offsets were deleted before they were read"),
    ],
)
def test_a_gap_between_store_and_log_is_refused_with_what_to_do(
    stored: int, start: int, end: int, says: str
) -> None:
    with pytest.raises(StoreRefused, match=says) as refusal:
        start_offset("myomap.events", 3, stored, LogBounds(start, end))
    assert "MYOMAP_" in str(refusal.value)


HERE = Place("myomap.events", 3, "topic-id")


def found(next_offset: int, published: int = 0, **changes: object) -> Found:
    said = {"topic_id": "topic-id", "is_remade": False, "owners": frozenset({"me"})} | changes
    return Found(
        rules_version="rules-1", epoch=1, next_offset=next_offset, published_offset=published, **said
    )  # type: ignore[arg-type]


def marker(next_offset: int, owner: str = "me", topic_id: str = "topic-id") -> Marker:
    return Marker(next_offset, topic_id, "rules-1", owner)


WHOLE, LATER = LogBounds(0, 20), LogBounds(8, 20)


@pytest.mark.parametrize(
    ("store", "published", "log", "step"),
    [
        (None, None, WHOLE, Step.BEGIN),
        (None, marker(9), WHOLE, Step.RESTORE),
        (None, marker(9), LATER, Step.RESTORE),
        (found(9), None, WHOLE, Step.KEEP),
        (found(9), marker(9), LATER, Step.KEEP),
        (found(9, 9), marker(9), WHOLE, Step.KEEP),
        (found(12, 9), marker(9), WHOLE, Step.KEEP),
        (found(12, 9), marker(11), WHOLE, Step.KEEP),
        (found(9, 9), marker(12), WHOLE, Step.RESTORE),
        (found(9, 9), marker(9, "other"), WHOLE, Step.RESTORE),
        (found(12, 9), marker(11, "other"), WHOLE, Step.RESTORE),
        (found(5), marker(9), LATER, Step.RESTORE),
        (found(25, 9), marker(9), WHOLE, Step.RESTORE),
        (found(25), None, WHOLE, Step.BEGIN),
        (found(9, 9), None, WHOLE, Step.PUBLISH_AGAIN),
        (found(9, 9), marker(4), WHOLE, Step.PUBLISH_AGAIN),
        (found(9, topic_id="gone"), marker(9), WHOLE, Step.RESTORE),
        (found(9, is_remade=True), marker(12), WHOLE, Step.PUBLISH_AGAIN),
        (found(9, is_remade=True), marker(12, topic_id="gone"), WHOLE, Step.PUBLISH_AGAIN),
        (found(9, is_remade=True), marker(12, "other"), WHOLE, Step.RESTORE),
    ],
)
def test_store_published_state_and_log_are_made_to_meet(
    store: Found | None, published: Marker | None, log: LogBounds, step: Step
) -> None:
    assert plan(HERE, store, published, log).step is step


@pytest.mark.parametrize(
    ("store", "published", "log", "says"),
    [
        (None, None, LATER, "neither in this home nor in Kafka"),
        (None, marker(5), LATER, "3 offsets were deleted"),
        (None, marker(21), WHOLE, "the log ends at 20"),
        (None, marker(5, topic_id="gone"), WHOLE, "was made again"),
        (found(5), marker(5), LATER, "3 offsets were deleted"),
        (found(5), None, LATER, "3 offsets were deleted"),
        (found(25, 21), marker(21), WHOLE, "the log ends at 20"),
        (found(25), None, LATER, "the log ends at 20"),
        (found(9, topic_id="gone"), None, WHOLE, "was made again"),
        (found(9, topic_id="gone"), marker(9, topic_id="gone"), WHOLE, "was made again"),
        (found(9), marker(9, topic_id="gone"), WHOLE, "was made again"),
        (found(5, is_remade=True), marker(9), LATER, "3 offsets were deleted"),
    ],
)
def test_what_does_not_meet_is_refused_with_the_command_that_heals_it(
    store: Found | None, published: Marker | None, log: LogBounds, says: str
) -> None:
    with pytest.raises(StoreRefused, match=says) as refusal:
        plan(HERE, store, published, log)
    assert "myomap stream rebuild" in str(refusal.value)


@pytest.mark.parametrize("step", [Step.RESTORE, Step.PUBLISH_AGAIN])
def test_whatever_is_healed_is_said(step: Step) -> None:
    healed = {
        Step.RESTORE: plan(HERE, None, marker(9), WHOLE),
        Step.PUBLISH_AGAIN: plan(HERE, found(9, 9), None, WHOLE),
    }[step]
    assert healed.step is step and healed.because
