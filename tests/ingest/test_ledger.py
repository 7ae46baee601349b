"""The ledger remembers how far each file is, and refuses two runs over one file."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from ingest.errors import DoorError
from ingest.ledger import Progress

CONTENT = "ab" * 32


def test_progress_is_kept_per_source_and_content(clinic: Any) -> None:
    ledger = clinic.store.ledger
    begun = ledger.find("home_app", CONTENT)
    assert begun == Progress("home_app", CONTENT)
    after = replace(
        begun, next_byte=10, next_line=3, verdicts=Counter(accepted=2), reasons=Counter(missing=1)
    )
    ledger.advance(begun, after)
    clinic.reopen()
    assert clinic.store.ledger.find("home_app", CONTENT) == after
    assert clinic.store.ledger.find("dynamometer", CONTENT) == Progress("dynamometer", CONTENT)


def test_a_second_run_over_the_same_file_is_refused(clinic: Any) -> None:
    ledger = clinic.store.ledger
    begun = ledger.find("home_app", CONTENT)
    ledger.advance(begun, replace(begun, next_byte=10))
    with pytest.raises(DoorError, match="Another process takes in the same file"):
        ledger.advance(begun, replace(begun, next_byte=10))
