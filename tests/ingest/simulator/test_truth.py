"""The scenario is consistent with the vocabulary, and the truth file states every planted effect."""

from zoneinfo import ZoneInfo

from contracts import vocabulary
from ingest.simulator.truth import scenario, truth


def test_every_word_of_the_scenario_is_in_the_vocabulary() -> None:
    for cell in scenario().cells:
        assert cell.condition in vocabulary.CONDITIONS
        assert set(cell.muscle_groups) <= set(vocabulary.MUSCLE_GROUPS)
        assert set(cell.sides) <= set(vocabulary.SIDES)
        assert set(cell.entry) <= set(vocabulary.STAGES)
        assert len(cell.entry) == len(cell.muscle_groups)
        for program in cell.programs:
            assert set(program.techniques) <= set(vocabulary.TECHNIQUES)
            assert set(program.goals) <= set(vocabulary.GOALS)


def test_the_clinics_lie_in_three_time_zones() -> None:
    zones = [clinic.zone for clinic in scenario().clinics]
    assert len(zones) == len(set(zones)) == 3
    assert all(ZoneInfo(zone) for zone in zones)


def test_exactly_two_tailorings_have_an_effect_and_one_cell_is_thin() -> None:
    cells = scenario().cells
    assert [cell.name for cell in cells if cell.effect] == [
        "low_back_pain.lumbar_extensors",
        "post_surgical.quadriceps",
    ]
    assert [cell.name for cell in cells if cell.thin] == ["limited_joint_mobility.rotator_cuff"]


def test_severe_cases_rather_get_the_second_program_and_gain_less() -> None:
    for cell in scenario().cells:
        if cell.thin:
            continue
        assert cell.share_first[0] > cell.share_first[1] > cell.share_first[2]
        assert cell.outcomes[0].gain[0] > cell.outcomes[0].gain[2]


def test_the_truth_file_states_zero_effects_too() -> None:
    names = tuple(cell.name for cell in scenario().cells)
    stated = truth(7, names)
    effects = {
        (cell["cell"], effect["measure"]): effect["effect"]
        for cell in stated["cells"]
        for effect in cell["effects"]
    }
    assert len(effects) == sum(len(cell.outcomes) for cell in scenario().cells)
    assert {key: value for key, value in effects.items() if value} == {
        ("low_back_pain.lumbar_extensors", "rmdq"): 2.0,
        ("post_surgical.quadriceps", "muscle_strength"): 30.0,
    }
