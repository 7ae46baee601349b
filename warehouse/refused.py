"""What the warehouse refuses to do, said in a sentence for the person who asked."""


class WarehouseRefused(Exception):
    """The message says what is wrong, where, and what to do next; what was there before still stands."""


class LakeRefused(WarehouseRefused):
    """The lake cannot be written or read, or does not fit the log."""


class ReleaseRefused(WarehouseRefused):
    """A release was built and did not pass; the current one stays."""


class RefreshBusy(WarehouseRefused):
    """Another refresh of this home has not ended in time."""
