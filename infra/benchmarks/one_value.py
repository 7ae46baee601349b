"""The same fold as ours in the shape that a stock stream processor wants: one value per patient.

Every event is decoded, folded, and gives the patient's new value and the facts that changed. It needs
the contracts and the pure fold only, so it also runs in another environment.
"""

import msgspec

from contracts import events
from streams.messages import transition_message
from streams.progression.codec import decode, encode_patient
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial

Value = bytes | PatientState
"""A stored value, or one that was used before in this process: nobody decodes twice."""


def folded(before: Value | None, record: bytes) -> tuple[PatientState, list[bytes]]:
    """The state after the event in ``record``, and the transitions to publish."""
    state = initial() if before is None else state_of(before)
    event = events.decode(record)
    after = evolve(state, event)
    changes = decide(state, after)
    return after, [transition_message(each, 0, 0).value or b"" for each in changes]


def state_of(value: Value) -> PatientState:
    """The state that a value holds."""
    if isinstance(value, PatientState):
        return value
    row, episodes = msgspec.msgpack.decode(value)
    return decode(row, {name: detail for name, _, detail in episodes})


def bytes_of(value: Value) -> bytes:
    """The value as it is stored: row, views and details, the same bytes as in our store."""
    return encode_patient(value) if isinstance(value, PatientState) else value
