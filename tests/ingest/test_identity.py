"""The identity index knows what was announced, what was settled, and for how long."""

from datetime import UTC, datetime
from typing import Any

from ingest.identity import Known, kept_until, short

EVENT, OTHER = "0a" * 16, "0b" * 16
NOW = datetime(2026, 6, 1, tzinfo=UTC)
KNOWN = Known(short("ab" * 32), "first", False)


def test_an_announced_event_is_not_settled_until_it_is(clinic: Any) -> None:
    index = clinic.store.identities
    index.announce([(EVENT, KNOWN)], kept_until(NOW, 400))
    assert index.find(EVENT) == KNOWN
    assert index.find(OTHER) is None
    index.settle([EVENT])
    assert index.find(EVENT) == Known(KNOWN.content, "first", True)


def test_who_repeats_what_was_not_settled_becomes_its_record_and_later_ones_do_not(clinic: Any) -> None:
    index = clinic.store.identities
    index.announce([(EVENT, KNOWN)], kept_until(NOW, 400))
    index.announce([(EVENT, Known(KNOWN.content, "second", False))], kept_until(NOW, 400))
    index.settle([EVENT])
    index.announce([(EVENT, Known(KNOWN.content, "third", False))], kept_until(NOW, 400))
    assert index.find(EVENT) == Known(KNOWN.content, "second", True)


def test_an_event_is_forgotten_after_its_sources_bound_and_not_before(clinic: Any) -> None:
    index = clinic.store.identities
    index.announce([(EVENT, KNOWN)], kept_until(NOW, 10))
    assert index.prune(kept_until(NOW, 10)) == 0
    assert index.prune(kept_until(NOW, 11)) == 1
    assert index.find(EVENT) is None
