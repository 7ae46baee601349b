"""Makes the named patients importable for the tests of this folder."""

import importlib.util
import sys
from pathlib import Path

_PLACE = Path(__file__).parents[1] / "cases" / "patients.py"

if "patients" not in sys.modules:
    _SPEC = importlib.util.spec_from_file_location("patients", _PLACE)
    assert _SPEC is not None
    assert _SPEC.loader is not None
    sys.modules["patients"] = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(sys.modules["patients"])
