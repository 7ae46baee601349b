"""Every refusal of the warehouse is known to the command line as a sentence for its user."""

from infra.cli import is_known
from warehouse.refused import LakeRefused, RefreshBusy, ReleaseRefused


def test_a_refusal_is_shown_without_a_traceback() -> None:
    assert all(is_known(kind("why")) for kind in (LakeRefused, ReleaseRefused, RefreshBusy))
