"""What one row of each mart is, read from the YAML file beside it."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

MARTS: Final = Path(__file__).parent / "transform" / "models" / "marts"


@cache
def grains() -> dict[str, tuple[str, ...]]:
    """Columns by mart that together name one row; raises ``KeyError`` for a mart whose file names none."""
    return {
        path.stem: tuple(model["config"]["meta"]["grain"])
        for path in sorted(MARTS.glob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
    }
