import pytest
from patients import Patient, fold

from streams.progression.incremental import derived
from streams.progression.load import load_advice


def advice(stage: str, *reps: str) -> str | None:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    for number, done in enumerate(reps):
        patient.session(3 + 7 * number, pain=3.0, reps=done)
    (episode,) = derived(fold(patient.events())).episodes.values()
    return load_advice(episode.tracks[0].course, episode.sessions)


def test_two_repetitions_over_target_in_two_sessions_allow_more_load() -> None:
    assert advice("S4", "12/10", "13/10") == "The load may rise by 2.5 to 10 % (two for two)."


@pytest.mark.parametrize(
    ("stage", "reps"),
    [("S3", ("12/10", "12/10")), ("S4", ("12/10",)), ("S4", ("12/10", "11/10")), ("S4", ("12/10", "10/10"))],
)
def test_else_the_load_stays(stage: str, reps: tuple[str, ...]) -> None:
    assert advice(stage, *reps) is None
