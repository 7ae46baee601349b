"""The bench makes topics with partitions of its own number on a broker that other tests use too."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _topics_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test with a broker begins with two partitions a topic, and leaves what others expect."""
    if "broker" not in request.fixturenames:
        yield
        return
    clean = request.getfixturevalue("clean_topics")
    clean(2)
    yield
    clean()
