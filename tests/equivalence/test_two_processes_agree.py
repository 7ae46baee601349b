"""A worker and a replay are two processes: what one of them hashes or iterates must not show in a state."""

import os
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"
PROGRAM = """
import hashlib
from named_patients import CASES
from patients import Patient, fold, name_of
from contracts import events
from streams.progression.codec import encode_patient
from streams.progression.decisions import facts
from streams.progression.policy import rules_version

wild = Patient("wild")
wild.opened()
wild.program("S0")
for day in range(3, 40, 5):
    wild.session(day)
for number in range(12):
    wild.say(events.EventRetracted, 50, retracts=name_of("never said", number))
    wild.corrected(wild.events()[2 + number], 51, quality=0.5, pain=1.0)
    wild.say(events.PatientsMerged, 52, other_key=name_of("other", number))
    wild.measured(53, 1.0, episode_id=None if number % 2 else "nowhere")
states = [fold(each.events()) for each in (wild, *(case.patient for case in CASES))]
said = [encode_patient(state) for state in states] + [repr(facts(state)).encode() for state in states]
print(rules_version(), hashlib.sha256(b"".join(said)).hexdigest())
"""


def told(seed: int) -> str:
    environment = os.environ | {
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": os.pathsep.join([str(CASES), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_processes_that_hash_differently_give_the_same_bytes_facts_and_rules() -> None:
    assert len({told(seed) for seed in (1, 2, 3)}) == 1
