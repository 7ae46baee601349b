"""A patient's state as it was at an instant: that of the events which had occurred by then."""

from datetime import datetime

from contracts.events import EpisodeOpened
from streams.progression.attribution import order
from streams.progression.state import PatientState


def as_of(state: PatientState, at: datetime) -> PatientState:
    """The state of the events with ``occurred_at <= at``.

    A retraction counts whenever it was said: what should never have been said is not brought back, and a
    state does not keep when it was taken back. An erasure leaves its tombstone at any time.
    """
    if state.erased:
        return state
    return PatientState(
        patient_key=state.patient_key,
        said={name: event for name, event in state.said.items() if event.occurred_at <= at},
        corrections={name: event for name, event in state.corrections.items() if event.occurred_at <= at},
        retracted=state.retracted,
        merges={name: event for name, event in state.merges.items() if event.occurred_at <= at},
    )


def zone_of(state: PatientState) -> str:
    """The time zone of the clinic at which the patient's last episode was opened; UTC where none was."""
    opened = [event for event in state.said.values() if isinstance(event, EpisodeOpened)]
    return max(opened, key=order).zone if opened else "UTC"
