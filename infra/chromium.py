"""Says loudly when the browser tests will be passed over: ``python -m infra.chromium``."""

import shutil
from pathlib import Path
from typing import Final

PLACES: Final = ("/usr/bin/chromium", "/usr/bin/chromium-browser")


def find_chromium() -> str | None:
    """Debian's Chromium, or one on the search path."""
    there = [place for place in PLACES if Path(place).exists()]
    return there[0] if there else shutil.which("chromium") or shutil.which("chromium-browser")


def main() -> None:
    """Print what will happen to the browser tests."""
    found = find_chromium()
    if found:
        print(f"Browser tests use {found}.")
        return
    print("!" * 88)
    print("!! NO CHROMIUM HERE: THE BROWSER TESTS ARE PASSED OVER.  On Debian: apt-get install chromium")
    print("!" * 88, flush=True)


if __name__ == "__main__":
    main()
