from pathlib import Path

import pytest

from contracts.settings import Home
from infra.broker import LocalBroker
from infra.home import make_home, refuse_file_in_the_way
from infra.refusal import Refusal
from infra.supervision import write_configuration


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_home_is_made_for_its_user_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    make_home(home)
    assert mode_of(home.root) == 0o700


def test_a_home_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.root.chmod(0o750)
    make_home(home)
    assert mode_of(home.root) == 0o750


def test_whatever_comes_first_makes_the_home_the_same_way(tmp_path: Path) -> None:
    one, other = Home(tmp_path / "one"), Home(tmp_path / "other")
    LocalBroker(one).address()
    write_configuration(other, [])
    assert [mode_of(each.root) for each in (one, other)] == [0o700] * 2


@pytest.mark.parametrize("below", ["", "folder/in/it"])
def test_a_file_in_the_way_is_refused_by_name(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match=r"^The folder .* because .*file is a file\. Name another\.$"):
        refuse_file_in_the_way(tmp_path / "file" / below, "folder", "Name another.")
