from collections.abc import Callable

import pytest

from contracts.settings import Settings
from infra.refreshing import refresh_once
from infra.topics import TopicsError


def test_without_a_broker_nothing_is_refreshed_and_one_sentence_says_why(
    at_home: Callable[..., Settings],
) -> None:
    given = at_home(broker="127.0.0.1:1")
    with pytest.raises(TopicsError, match=r"^No Kafka answers at 127\.0\.0\.1:1 "):
        refresh_once(given, None)
    assert not given.home.marts.exists()
