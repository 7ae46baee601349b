from infra.benchmarks.floors import AIMS, FLOORS


def test_an_aim_is_above_its_floor_and_every_floor_names_what_it_is_held_against() -> None:
    assert all(each.floor > 0 and each.against for each in FLOORS.values())
    assert all(each.aim is None or each.aim >= each.floor for each in FLOORS.values())


def test_a_figure_has_a_floor_or_is_only_told() -> None:
    assert FLOORS.keys() & AIMS.keys() == set()
