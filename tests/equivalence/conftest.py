"""Makes the named patients and the made-up histories importable for the tests of this folder."""

import importlib.util
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]

for _NAME, _PLACE in (("patients", _TESTS / "cases"), ("histories", _TESTS / "equivalence")):
    if _NAME not in sys.modules:
        _SPEC = importlib.util.spec_from_file_location(_NAME, _PLACE / f"{_NAME}.py")
        assert _SPEC is not None
        assert _SPEC.loader is not None
        sys.modules[_NAME] = importlib.util.module_from_spec(_SPEC)
        _SPEC.loader.exec_module(sys.modules[_NAME])
