import pytest

from infra.progress import Steps, counting


def test_programs_hear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps(quiet=True) as steps, steps.step("work") as advance:
        advance(1, 2)
        steps.note("a line")
    with counting("work", quiet=True) as advance:
        advance(2, 2)
    assert capsys.readouterr() == ("", "")


def test_people_see_each_finished_step_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps() as steps:
        with steps.step("first") as advance:
            advance(1, 2)
        with steps.step("second"):
            steps.note("half of [it]")
    written = capsys.readouterr()
    assert written.out == ""
    assert [line for line in written.err.splitlines() if "✓" in line] != []
    assert "✓ first" in written.err
    assert "half of [it]" in written.err


def test_a_step_that_fails_is_marked_and_the_error_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), Steps() as steps, steps.step("work"):
        raise KeyError
    written = capsys.readouterr().err
    assert "✗ work" in written
    assert "✓" not in written


def test_the_bar_leaves_the_terminal_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), counting("work"):
        raise KeyError
    with counting("again") as advance:  # a bar that still ran would not let another one start
        advance(1, 1)
    assert "✓ again" in capsys.readouterr().err
