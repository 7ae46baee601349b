"""What the tool cannot do for its user right now, said in a sentence with what to do next."""

from typing import Final

KNOWN_ERRORS: Final = (
    "infra.refusal.Refusal",
    "contracts.settings.SettingsError",
    "ingest.errors.DoorError",
    "contracts.registry.RegistryError",
    "warehouse.refused.WarehouseRefused",
    "streams.batch.FromTheFuture",
    "streams.compacted.NotReadable",
    "streams.position.StoreRefused",
    "streams.producing.PublishFailed",
    "streams.progression.codec.StateTooNew",
    "streams.readiness.NotReady",
    "streams.store.Fenced",
)
"""Errors whose message is already the sentence for the user, by name so that nothing heavy is imported."""


class Refusal(Exception):
    """Shown to the user as it is, without a traceback."""


def is_known(failure: BaseException) -> bool:
    """Whether the message of this error was written for the user."""
    return any(f"{kind.__module__}.{kind.__qualname__}" in KNOWN_ERRORS for kind in type(failure).__mro__)
