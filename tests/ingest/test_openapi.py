"""The page about the door works without the network and shows what the door does."""

import re

from ingest.openapi import EVENTS, LOOKUP, PAGE


def test_the_page_loads_nothing_from_elsewhere() -> None:
    assert re.findall(r"https?://|//[a-z]", PAGE) == []
    assert re.findall(r"(?:src|href)=\"([^\"]+)\"", PAGE) == ["openapi.json"]


def test_every_answer_is_described() -> None:
    assert EVENTS["responses"].keys() == {200, 400, 401, 403, 404, 413, 503}
    assert LOOKUP["responses"].keys() == {200, 400, 401, 403, 404}
    assert all(each["description"] for told in (EVENTS, LOOKUP) for each in told["responses"].values())
