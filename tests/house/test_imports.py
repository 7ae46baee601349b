"""Imports point down only, and some packages are known in one place only."""

import subprocess
import sys
from pathlib import Path
from typing import Any

STANDARD_NETWORK = {"socket", "http.client", "urllib.request", "xmlrpc.client"}


def test_the_import_contracts_hold(house: Any) -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=house.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_take_only_effects_and_privacy_of_the_warehouse(house: Any) -> None:
    allowed = ("warehouse.effects", "warehouse.privacy")
    wrong = [
        (str(path), name)
        for path in house.modules()
        if path.parts[0] == "dashboards"
        for name in house.imports(path)
        if name.startswith("warehouse.") and not name.startswith(allowed)
    ]
    assert wrong == []


def test_dashboards_read_neither_the_stream_nor_the_door(house: Any) -> None:
    wrong = [
        (str(path), name)
        for path in house.modules()
        if path.parts[0] == "dashboards"
        for name in house.imports(path)
        if name.split(".")[0] in ("streams", "ingest", "kafka", "faust")
    ]
    assert wrong == []


def test_ingest_needs_no_streams(house: Any) -> None:
    wrong = [
        str(path)
        for path in house.modules()
        if path.parts[0] == "ingest" and any(name.split(".")[0] == "streams" for name in house.imports(path))
    ]
    assert wrong == []


def test_faust_is_known_to_transport_and_app_only(house: Any) -> None:
    knowing = {
        path.as_posix()
        for path in house.modules()
        if any(name.split(".")[0] == "faust" for name in house.imports(path))
    }
    # The last one is the stock program that ours is measured against.
    assert knowing == {"streams/transport.py", "streams/app.py", "infra/benchmarks/stock_faust.py"}


def test_only_marts_opens_the_released_file_for_pages(house: Any) -> None:
    knowing = {
        path.as_posix()
        for path in house.modules()
        if path.parts[0] == "dashboards"
        and any(name.split(".")[0] == "duckdb" for name in house.imports(path))
    }
    assert knowing <= {"dashboards/marts.py"}
