"""What is odd about an episode's data, in words: notes that travel with its figures."""

from collections.abc import Iterable, Sequence

from contracts.events import OutcomeMeasured, ProgramAssigned
from streams.progression.attribution import Gathered
from streams.progression.course import PolicyOf
from streams.progression.evaluate import Missing
from streams.progression.sessions import Sessions


def quality_notes(gathered: Gathered, sessions: Sessions, policy_of: PolicyOf) -> tuple[Missing, ...]:
    """The notes that hold, in a fixed order."""
    closed_at = gathered.closed.occurred_at if gathered.closed else None
    late = closed_at is not None and sum(session.start > closed_at for session in sessions.all)
    program = gathered.programs[-1] if gathered.programs else None
    without_stage = _without_stage(program)
    symptoms, sets = sessions.loose_symptoms, sessions.loose_sets
    notes = (
        (program is None, "no_program", "no program was assigned"),
        (
            program is not None and _policy_unknown(program, gathered, policy_of),
            "unknown_policy",
            "the program names a policy that is not known here",
        ),
        (bool(without_stage), "no_entry_stage", f"no entry stage for {', '.join(without_stage)}"),
        (sets > 0, "sets_without_session", f"{sets} sets belong to no session"),
        (symptoms > 0, "symptoms_without_session", f"{symptoms} reports of symptoms belong to no session"),
        (bool(late), "after_closing", f"{late} sessions after the episode was closed"),
        (
            gathered.misfits > 0,
            "correction_misfits",
            f"{gathered.misfits} corrections do not fit their event",
        ),
    )
    return (
        *(Missing(code, text) for holds, code, text in notes if holds),
        *_changes_of_hand(gathered.outcomes),
    )


def _without_stage(program: ProgramAssigned | None) -> list[str]:
    if program is None:
        return []
    named = {track.muscle_group for track in program.tracks}
    return sorted(group for group in program.muscle_groups if group not in named)


def _policy_unknown(program: ProgramAssigned, gathered: Gathered, policy_of: PolicyOf) -> bool:
    entries = [(entry.muscle_group, entry.side) for entry in program.tracks]
    tracks = entries or [(group, "bilateral") for group in program.muscle_groups[:1]]
    return any(policy_of(program, gathered.opened.condition, track) is None for track in tracks)


def _changes_of_hand(outcomes: Sequence[OutcomeMeasured]) -> Iterable[Missing]:
    """Measures that were taken with several kinds of device, or by several raters: their noise is larger."""
    devices: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    raters: dict[tuple[str, ...], set[str]] = {}
    for each in outcomes:
        construct = (each.measure, each.muscle_group or "", each.side or "")
        devices.setdefault(construct, set()).add((each.method, each.device_class))
        if each.rater is not None:
            identity = (*construct, each.method, each.device_class)
            raters.setdefault(identity, set()).add(each.rater)
    changed = sorted({construct[0] for construct, used in devices.items() if len(used) > 1})
    if changed:
        yield Missing(
            "device_change", f"{', '.join(changed)} was measured in several ways; they are kept apart"
        )
    shared = sorted({identity[0] for identity, who in raters.items() if len(who) > 1})
    if shared:
        yield Missing("rater_change", f"{', '.join(shared)} was measured by several raters")
