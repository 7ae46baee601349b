"""The last gate is read where there was one, and nothing is read where there was none."""

import json
from pathlib import Path

from contracts.settings import Home
from dashboards.gate import FILE, last_gate


def test_the_last_gate_is_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert last_gate(home) is None
    home.marts.mkdir(parents=True)
    told = {
        "release": "8",
        "at": "2026-06-01T12:00:00+00:00",
        "refused": "No.",
        "checks": [{"check_id": "c"}],
    }
    (home.marts / FILE).write_text(json.dumps(told | {"as_of": "2026-06-01T12:00:00+00:00"}))
    found = last_gate(home)
    assert found is not None
    assert (found.release, found.refused, found.checks) == ("8", "No.", ({"check_id": "c"},))
    (home.marts / FILE).write_text("{}")
    assert last_gate(home) is None
