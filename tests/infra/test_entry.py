import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT = "import sys; sys.modules[{name!r}] = None; from infra.entry import main; main()"


def ended(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_where_the_command_line_is_not_installed_one_sentence_says_so() -> None:
    done = ended(WITHOUT.format(name="typer"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("myomap: The command line is not installed here.")
    assert "myomap[infra]" in done.stderr
    assert "faust -A streams.app worker" in done.stderr
    assert done.stderr.count("\n") == 1


def test_another_missing_module_is_not_taken_for_it() -> None:
    done = ended(WITHOUT.format(name="infra.report"))
    assert "ModuleNotFoundError" in done.stderr


def test_where_it_is_installed_it_runs() -> None:
    done = ended("from infra.entry import main; main()")
    assert done.returncode == 0
    assert "From a clinic's events" in done.stdout
