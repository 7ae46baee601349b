"""What one row of each mart is, as its YAML file says."""

from warehouse.grain import MARTS, grains


def test_every_mart_says_what_one_of_its_rows_is() -> None:
    marts = {path.stem for path in MARTS.glob("*.sql")}
    assert grains().keys() == marts
    assert all(grains().values())


def test_the_grain_is_told_in_the_order_in_which_it_stands() -> None:
    assert grains()["fct_track"] == ("patient_key", "episode_id", "muscle_group", "side")
