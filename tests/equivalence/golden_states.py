"""Golden states: what each version of the stored form wrote, kept so that it can be read for ever.

After ``STATE_VERSION`` was raised, make the file of the new version once, with the new code:

    PYTHONPATH=tests/cases:tests/equivalence .venv/bin/python -m golden_states

It writes ``tests/streams/progression/golden/state-v<STATE_VERSION>.json`` and never any other file. A file
that is already there stays as it is; ``--again`` makes it anew, which is right only while no store was ever
written in the present form. Files of older versions cannot be made any more: their code is gone.
"""

import hashlib
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from named_patients import CASES
from patients import Patient, fold, name_of

from contracts import events
from contracts.events import Event
from streams.progression.codec import encode
from streams.progression.state import STATE_VERSION, PatientState

FOLDER = Path(__file__).parents[1] / "streams" / "progression" / "golden"
MADE_UP = 12
"""How many made-up histories go into a file, beside the named patients and the odd one."""


@dataclass(frozen=True)
class Golden:
    """One stored state: the events that were said, the bytes that were written, and what they mean."""

    version: int
    name: str
    said: list[Event]
    row: bytes
    details: dict[str, bytes]
    means: dict[str, Any]


def path_of(version: int, folder: Path = FOLDER) -> Path:
    """Where the golden states of a version are kept."""
    return folder / f"state-v{version}.json"


def read(path: Path) -> list[Golden]:
    """The golden states of one file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [
        Golden(
            version=content["version"],
            name=each["name"],
            said=[events.decode(json.dumps(event).encode()) for event in each["said"]],
            row=b64decode(each["row"]),
            details={name: b64decode(detail) for name, detail in each["details"].items()},
            means=each["means"],
        )
        for each in content["states"]
    ]


def meaning(state: PatientState) -> dict[str, Any]:
    """All that a state says: its ids, and of each event a hash of its content."""
    return {
        "patient_key": state.patient_key,
        "said": _hashes(state.said),
        "corrections": _hashes(state.corrections),
        "retracted": sorted(state.retracted),
        "merges": _hashes(state.merges),
        "erased": state.erased,
    }


def _hashes(by_id: Mapping[str, Any]) -> dict[str, str]:
    return {name: hashlib.sha256(_content(by_id[name])).hexdigest()[:16] for name in sorted(by_id)}


def _content(event: Any) -> bytes:
    """All fields that differ from their default: a field that a later schema adds does not show here."""
    told = {each.name: getattr(event, each.name) for each in msgspec.structs.fields(event)}
    defaults = {each.name: each.default for each in msgspec.structs.fields(event)}
    fields = {name: value for name, value in told.items() if value != defaults[name]}
    return msgspec.json.encode([type(event).__name__, fields], order="deterministic")


def write(folder: Path = FOLDER, again: bool = False) -> Path:
    """Write the file of the present version; refuses (FileExistsError) where it is already there."""
    path = path_of(STATE_VERSION, folder)
    if path.exists() and not again:
        raise FileExistsError(f"{path.name} is already there and stays as it is; --again makes it anew.")
    lines = [json.dumps(_golden(name, said), separators=(",", ":")) for name, said in _histories()]
    body = ",\n".join(lines)
    path.write_text(f'{{"version":{STATE_VERSION},"states":[\n{body}\n]}}\n', encoding="utf-8")
    return path


def _golden(name: str, said: list[Event]) -> dict[str, Any]:
    state = fold(said)
    row, episodes = encode(state)
    details = {each: b64encode(detail).decode() for each, (_, detail) in episodes.items()}
    return {
        "name": name,
        "said": [json.loads(events.encode(event)) for event in said],
        "row": b64encode(row).decode(),
        "details": details,
        "means": meaning(state),
    }


def _histories() -> list[tuple[str, list[Event]]]:
    named = [(case.name, case.patient.events()) for case in CASES]
    return [*named, ("odd_one", odd_one().events()), ("forgotten", forgotten().events()), *_made_up()]


def odd_one() -> Patient:
    """Everything that a state can hold at once: also what waits, what fits nothing, and odd numbers."""
    patient = Patient("odd one")
    patient.opened(therapist="not hexadecimal", onset_on="2026-01-01", prior_surgery=False)
    patient.program("S3", techniques=("stabilization",), goals=("return_to_work",), sessions_per_week=2.5)
    for day in (3, 3.0625, 10, 17.123456789):
        patient.session(day, pain=1 / 3, quality=0.875, soreness="next_day", effusion_grade=0.5)
    patient.missed(20)
    patient.say(events.SymptomReported, 21, phase="after", tenderness=2.25, inflammation=True, pain=1e-7)
    patient.measured(4, -0.0, rater=name_of("rater"), occasion="baseline")
    patient.measured(30, 1e12, muscle_group="quadriceps", side="left")
    patient.measured(31, 4.0, episode_id=name_of("never opened"))
    patient.override("S4", 18, therapist=name_of("therapist"))
    patient.corrected(patient.events()[3], 40, pain=9.0, occurred_at="2026-01-20T10:00:00+02:00")
    patient.corrected(patient.events()[3], 41, no_such_field=[1, None, {"a": 2.5}])
    patient.say(events.EventCorrected, 42, corrects=name_of("never said"), changes={"pain": 1.0})
    patient.say(events.EventRetracted, 43, retracts=name_of("never said either"))
    patient.retracted(patient.events()[5], 44)
    patient.say(events.PatientsMerged, 45, other_key=name_of("other"))
    patient.closed(60)
    patient.opened(61, episode_id=name_of("a second episode"))
    return patient


def forgotten() -> Patient:
    """A patient who was erased, and of whom something came after that."""
    patient = Patient("forgotten")
    patient.opened()
    patient.erased(3)
    patient.session(4)
    return patient


def _made_up() -> list[tuple[str, list[Event]]]:
    from histories import LAWS, told_and_arriving

    found: list[list[Event]] = []

    @settings(LAWS, max_examples=150, derandomize=True)
    @given(told_and_arriving("made up"))
    def look(told: tuple[list[Event], list[Event]]) -> None:
        if 6 <= len(told[1]) <= 28:
            found.append(told[1])

    look()
    step = max(1, len(found) // MADE_UP)
    return [(f"made_up_{number}", said) for number, said in enumerate(found[::step][:MADE_UP])]


if __name__ == "__main__":
    try:
        print(write(again="--again" in sys.argv[1:]).name)
    except FileExistsError as problem:
        sys.exit(str(problem))
