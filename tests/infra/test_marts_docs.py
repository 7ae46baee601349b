"""The page of the marts, made by the real dbt."""

import re

import pytest

from contracts.settings import Home
from infra.marts_docs import PAGE, write_docs
from warehouse.grain import grains

LOADED = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>", re.IGNORECASE
)


@pytest.fixture
def page(home: Home) -> str:
    path = write_docs(home)
    assert path == home.marts / PAGE
    return path.read_text(encoding="utf-8")


def test_one_file_tells_every_mart_and_loads_nothing(page: str) -> None:
    assert [name for name in grains() if f"model.myomap.{name}" not in page] == []
    assert "How far the episode came without leaving one out" in page
    assert LOADED.findall(page) == []
    assert re.findall(r"@import|url\(['\"]?(?:https?:)?//", page) == []


def test_the_search_finds_what_a_page_would_load() -> None:
    kept = "<script>var a = 'http://example.org'</script><a href='https://example.org'>read</a>"
    loaded = "<link href='//fonts.example.org/a.css' rel=stylesheet><script src=\"https://example.org/a.js\">"
    assert len(LOADED.findall(kept + loaded)) == 2
