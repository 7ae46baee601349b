"""The style needs nothing from elsewhere."""

import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

from dashboards.look import CSS, LOGO, MARK

CONFIGURATION = Path(__file__).parents[2] / "dashboards" / ".streamlit" / "config.toml"


def test_nothing_is_loaded_from_another_host() -> None:
    for text in (CSS, LOGO, MARK, CONFIGURATION.read_text(encoding="utf-8")):
        assert "url(" not in text
        assert "@import" not in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_pictures_are_well_formed() -> None:
    assert ET.fromstring(LOGO).tag == ET.fromstring(MARK).tag  # noqa: S314


def test_usage_statistics_are_off_and_both_themes_are_ours() -> None:
    found = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))
    assert found["browser"]["gatherUsageStats"] is False
    assert found["client"]["showErrorDetails"] == "none"
    assert {"light", "dark"} <= found["theme"].keys()
