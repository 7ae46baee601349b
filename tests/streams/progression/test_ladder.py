import pytest

from streams.progression.ladder import moved, named, rung, same_side, tracks_of


def test_steps_stay_on_the_ladder() -> None:
    assert moved("S0", -1) == "S0"
    assert moved("S3", 1) == "S4"
    assert moved("S6", 1) == "S6"
    assert rung("S6") == 6


def test_a_stage_is_said_with_its_name() -> None:
    assert named("S3") == "S3 weight bearing"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("left", "bilateral", True),
        ("bilateral", "right", True),
        ("midline", "left", False),
        (None, "left", True),
    ],
)
def test_work_on_one_side_counts_for_the_other(one: str, other: str, same: bool) -> None:
    assert same_side(one, other) is same  # type: ignore[arg-type]


def test_an_exact_track_stands_alone() -> None:
    tracks = (("quadriceps", "left"), ("quadriceps", "bilateral"), ("hamstrings", "left"))
    assert tracks_of(tracks, "quadriceps", "left") == (("quadriceps", "left"),)  # type: ignore[arg-type]
    assert tracks_of(tracks, "quadriceps", "right") == (("quadriceps", "bilateral"),)  # type: ignore[arg-type]
    assert tracks_of(tracks, "deltoid", "left") == ()  # type: ignore[arg-type]
