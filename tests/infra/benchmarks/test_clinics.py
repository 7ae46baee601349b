from itertools import pairwise
from pathlib import Path

from contracts import events
from infra.benchmarks.clinics import clinics


def test_the_clinics_say_every_kind_of_event_once_each_and_in_the_order_of_arrival(tmp_path: Path) -> None:
    said = [events.decode(each.value) for each in clinics(tmp_path, small=True)]
    assert {type(event).__name__ for event in said} == events.EVENT_TYPES.keys()
    assert len({event.event_id for event in said}) == len(said)
    assert [event.received_at for event in said] == sorted(event.received_at for event in said)
    assert any(one.occurred_at > other.occurred_at for one, other in pairwise(said))


def test_they_are_simulated_once_and_say_the_same_each_time(tmp_path: Path) -> None:
    first = clinics(tmp_path / "kept", small=True)
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(b"\n".join(each.value for each in first[:5]))
    assert clinics(tmp_path / "kept", small=True) == first[:5]
    assert clinics(tmp_path / "anew", small=True) == first


def test_the_key_of_a_message_is_the_patients(tmp_path: Path) -> None:
    for each in clinics(tmp_path, small=True)[:200]:
        assert events.decode(each.value).patient_key.encode() == each.key
