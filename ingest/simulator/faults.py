"""What goes wrong on the way: late, repeated, contradicting and malformed records."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from numpy.random import Generator

from ingest.simulator.formats import SourceRecord

LATE, REPEATED = 0.012, 0.008
MALFORMED_OF_EACH_KIND: Final = 8
CONFLICTS: Final = 4

Fields = dict[str, Any]


def late(records: list[SourceRecord], until: datetime, rng: Generator) -> list[SourceRecord]:
    """The same records, a few of them arriving days to weeks after they were written."""
    dice = rng.random((len(records), 2)).tolist()
    return [
        replace(record, arrived_at=min(record.arrived_at + timedelta(days=2 + 40 * delay), until))
        if chance < LATE and record.arrived_at < until
        else record
        for record, (chance, delay) in zip(records, dice, strict=True)
    ]


def repeated(records: list[SourceRecord], until: datetime, rng: Generator) -> Iterator[SourceRecord]:
    """Copies of a few records, sent a second time some hours or days later."""
    dice = rng.random((len(records), 2)).tolist()
    for record, (chance, delay) in zip(records, dice, strict=True):
        arrives = record.arrived_at + timedelta(hours=1 + 90 * delay)
        if chance < REPEATED and arrives < until:
            yield replace(record, arrived_at=arrives, fault="repeated")


def conflicting(records: list[SourceRecord], until: datetime, rng: Generator) -> Iterator[SourceRecord]:
    """Forms sent again under the same id with another content."""
    forms = [one for one in records if one.fields.get("form") == "measurement" and one.arrived_at < until]
    for index in _some(len(forms), CONFLICTS, rng):
        form = forms[index]
        changed = form.fields | {"value": 1.0 if form.fields["value"] != 1.0 else 2.0}
        arrives = min(form.arrived_at + timedelta(days=3), until)
        yield replace(form, fields=changed, arrived_at=arrives, fault="conflict")


def malformed(records: list[SourceRecord], until: datetime, rng: Generator) -> Iterator[SourceRecord]:
    """Broken variants of good records, for every source and every kind of fault it can have."""
    for kind, (sources, key, breaks) in KINDS.items():
        for source in sources:
            fits = [
                one
                for one in records
                if one.source == source and key in one.fields and one.arrived_at < until
            ]
            for index in _some(len(fits), MALFORMED_OF_EACH_KIND, rng):
                yield _broken(fits[index], kind, breaks)


def _some(available: int, wanted: int, rng: Generator) -> list[int]:
    chosen: list[int] = rng.choice(available, min(available, wanted), replace=False).tolist()
    return sorted(chosen)


def _broken(record: SourceRecord, kind: str, breaks: Callable[[Fields], Fields | str]) -> SourceRecord:
    outcome = breaks(dict(record.fields))
    if isinstance(outcome, str):
        return replace(record, raw=outcome, fault=kind)
    return replace(record, fields=outcome, fault=kind)


def _naive(key: str) -> Callable[[Fields], Fields]:
    return lambda fields: fields | {key: fields[key][:19]}


def _set(key: str, value: Any) -> Callable[[Fields], Fields]:
    return lambda fields: fields | {key: value}


def _without(key: str) -> Callable[[Fields], Fields]:
    return lambda fields: {name: value for name, value in fields.items() if name != key}


def _cut(fields: Fields) -> str:
    return json.dumps(fields)[: len(json.dumps(fields)) // 2]


def _twice(key: str) -> Callable[[Fields], str]:
    def breaks(fields: Fields) -> str:
        return json.dumps(fields)[:-1] + f', "{key}": {json.dumps(fields[key])}}}'

    return breaks


def _not_a_number(key: str) -> Callable[[Fields], str]:
    return lambda fields: json.dumps(fields | {key: float("nan")})


JSON_SOURCES = ("therapist_form", "motion_sensor", "home_app")
KINDS: Final[dict[str, tuple[tuple[str, ...], str, Callable[[Fields], Fields | str]]]] = {
    "form_naive_time": (("therapist_form",), "value", _naive("occurred_at")),
    "device_naive_time": (("motion_sensor", "home_app"), "started_at", _naive("started_at")),
    "dynamometer_naive_time": (("dynamometer",), "measured_at", _naive("measured_at")),
    "broken_json": (JSON_SOURCES, "patient_ref", _cut),
    "key_twice": (JSON_SOURCES, "patient_ref", _twice("patient_ref")),
    "no_patient": (JSON_SOURCES, "patient_ref", _without("patient_ref")),
    "blank_patient": (("dynamometer",), "patient_ref", _set("patient_ref", "")),
    "value_not_a_number": (("therapist_form",), "value", _not_a_number("value")),
    "range_not_a_number": (("motion_sensor",), "range_deg", _not_a_number("range_deg")),
    "force_not_a_number": (("dynamometer",), "peak_force", _set("peak_force", "NaN")),
    "force_out_of_range": (("dynamometer",), "peak_force", _set("peak_force", "99999")),
    "quality_out_of_range": (("therapist_form", "home_app"), "quality", _set("quality", 7)),
    "reps_out_of_range": (("motion_sensor",), "completed_reps", _set("completed_reps", -3)),
    "unknown_force_unit": (("dynamometer",), "force_unit", _set("force_unit", "psi")),
    "wrong_unit": (("therapist_form",), "measure", _set("unit", "furlong")),
    "unknown_muscle_group": (("motion_sensor",), "muscle_group", _set("muscle_group", "thigh muscle")),
    "unknown_form": (("therapist_form",), "form", _set("form", "letter")),
    "unknown_kind": (("home_app",), "kind", _set("kind", "chat")),
}
