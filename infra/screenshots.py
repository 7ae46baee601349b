"""A picture of every page of every role: ``python -m infra.screenshots``."""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import dashboards
from contracts.settings import Settings, settings_from
from dashboards import marts, questions
from dashboards.access import SWITCH, Scope
from dashboards.marts import NoRelease
from dashboards.navigation import PAGES
from infra.chromium import find_chromium

ENTRY = Path(dashboards.__file__).with_name("app.py")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTH, TALLEST = 1440, 6000
PATIENCE_S = 60.0


def main() -> int:
    """Take the pictures; 0 when every page was taken, 1 with a sentence when that was not possible."""
    asked = argparse.ArgumentParser(prog="python -m infra.screenshots", description=__doc__)
    asked.add_argument("--home", help="folder with the state; by default MYOMAP_HOME")
    asked.add_argument("--to", default="screenshots", help="folder for the pictures")
    asked.add_argument("--dark", action="store_true", help="also in dark colours")
    chosen = asked.parse_args()
    home = {"MYOMAP_HOME": chosen.home} if chosen.home else {}
    settings = settings_from(os.environ | home)
    browser = find_chromium()
    if browser is None:
        print("No chromium was found, so no picture was taken. On Debian: apt-get install chromium")
        return 1
    try:
        addresses = list(pages_of(settings))
    except NoRelease as none:
        print(none)
        return 1
    folder = Path(chosen.to)
    folder.mkdir(parents=True, exist_ok=True)
    with serving(settings) as base:
        for scheme in ("light", "dark") if chosen.dark else ("light",):
            _shoot(browser, base, addresses, folder, scheme)
    return 0


def pages_of(settings: Settings) -> Iterator[tuple[str, str]]:
    """A name and an address for every page of every role, with the identity in the address."""
    release = marts.current(settings.home)
    people = marts.rows(release, Scope(SWITCH), questions.IDENTITIES)
    for role, pages in PAGES.items():
        who = {"role": role}
        if role == "therapist":
            if not people:
                continue
            who |= people[0]
        for place, (name, _) in enumerate(pages):
            path = "" if place == 0 else name
            yield f"{role}-{name}", f"/{path}?{urlencode(who)}"


@contextmanager
def serving(settings: Settings, development_identity: bool = True) -> Iterator[str]:
    """A server of its own on a free port, by default with the identity switch on; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ENTRY), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    switch = "1" if development_identity else "0"
    variables = os.environ | {"MYOMAP_HOME": str(settings.home.root), "MYOMAP_DEVELOPMENT_IDENTITY": switch}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/_stcore/health", process)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The dashboards did not start; run `streamlit run dashboards/app.py` to see why.")


def settle(page: Any) -> None:
    """Wait until the page has drawn everything."""
    page.wait_for_selector(".mm-head", timeout=30_000)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget]') && "
        "!document.querySelector('[data-testid=stSkeleton]')",
        timeout=30_000,
    )
    page.wait_for_timeout(700)


def _shoot(browser: str, base: str, addresses: list[tuple[str, str]], folder: Path, scheme: Any) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=FLAGS)
        for name, address in addresses:
            page = chromium.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme=scheme)
            page.goto(base + address)
            settle(page)
            height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": WIDTH, "height": min(height + 40, TALLEST)})
            page.wait_for_timeout(900)
            path = folder / f"{name}{'' if scheme == 'light' else '-dark'}.png"
            page.screenshot(path=path)
            print(path)
            page.close()
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
