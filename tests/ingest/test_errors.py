"""Errors of the door are shown to the user as they are."""

import pytest

from infra.cli import is_known
from ingest.errors import DoorError, FileRefused, PublishFailed, StoreError


@pytest.mark.parametrize("kind", [DoorError, FileRefused, PublishFailed, StoreError])
def test_the_command_line_shows_the_sentence_alone(kind: type[DoorError]) -> None:
    assert is_known(kind("Nothing is lost; repeat the call."))
