import json
from pathlib import Path

import pytest

from infra.benchmarks import our_marts
from infra.benchmarks.big_lake import append, big_lake, visits


@pytest.mark.slow
def test_marts_are_built_from_nothing_and_then_from_the_news(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = tmp_path / "lake"
    big_lake(lake, 4_000, tmp_path, small=True)
    given = [str(tmp_path / "work"), str(lake), "800"]
    our_marts.main(["full", *given])
    append(lake, visits(lake, 140))
    our_marts.main(["news", *given])
    full, news = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    assert full["full"] is True
    assert news["full"] is False
    assert full["models_s"] > 0 and news["models_s"] > 0
