"""The measure registry: which outcomes there are, and which change in them counts, as data with citations.

``v<N>/measures.yaml`` has a row per measure, ``v<N>/thresholds.yaml`` a row per threshold,
``v<N>/core_sets.yaml`` a row per measure that a condition asks for. A released version is frozen: any change
is a new folder and a higher ``REGISTRY_VERSION``. A row of status ``verified`` was read in the source that it
cites; an ``unverified`` one classifies nobody, and an ``alternative`` one only shows what it would change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

import msgspec
import yaml

from contracts.vocabulary import Condition, DeviceClass, Domain, MuscleGroup

REGISTRY_VERSION: Final = 2
"""Version of the rows below; a classification records it."""


_Row = TypeVar("_Row")


class MeasuresError(ValueError):
    """The registry's data cannot be used; the message names the row and what is wrong with it."""


@dataclass(frozen=True)
class Measure:
    """One outcome measure; ``low`` and ``high`` are its possible values in ``unit``.

    direction: whether higher or lower values are better.
    at_muscle: measured at one muscle group and side (else it belongs to the episode).
    licence: what a clinic needs to use the instrument; item text is never part of this project.
    classifies: False for measures that are tracked but may not classify anybody.
    version: which version of the instrument. role: an anchor or a screening instrument is kept and shown,
    and never stands in an outcome figure. items, item_low, item_high: how many item numbers it is scored
    from, and their ends; least_answered: how many must be there. scoring, missing_items: the rules in words.
    """

    measure: str
    label: str
    construct: str
    domain: Domain
    unit: str
    direction: Literal["higher", "lower"]
    low: float
    high: float
    patient_reported: bool
    at_muscle: bool
    licence: str
    citation: str
    loinc: str | None = None
    ucum: str | None = None
    classifies: bool = True
    version: str | None = None
    role: Literal["outcome", "anchor", "screening"] = "outcome"
    items: int | None = None
    item_low: float | None = None
    item_high: float | None = None
    least_answered: int | None = None
    scoring: str | None = None
    missing_items: str | None = None


@dataclass(frozen=True)
class Threshold:
    """How large a change must be to be real (``mdc``) and to matter (``mcid``), and for whom.

    conditions, muscle_groups: whom the row is for; empty for all. device_class: None for any.
    baseline_low, baseline_high: stratum of the baseline, from low (inclusive) to high (exclusive).
    mdc: smallest detectable change in the measure's unit, between raters where the source has both;
    mdc_same_rater: the same when one rater took both values.
    mcid: smallest important change. A ``share`` is the same as a share (0-1) of the baseline.
    Where a row has an amount and a share, the larger of the two counts.
    mdc_level: per cent of confidence of the mdc. mcid_low, mcid_high: what the source gives around the mcid,
    and ``interval`` says what kind of interval that is.
    alternative: another published value for people whom a row in use classifies already.
    """

    row: str
    measure: str
    status: Literal["verified", "unverified"]
    citation: str
    population: str
    conditions: tuple[Condition, ...] = ()
    device_class: DeviceClass | None = None
    baseline_low: float | None = None
    baseline_high: float | None = None
    mdc: float | None = None
    mdc_same_rater: float | None = None
    mcid: float | None = None
    mcid_share_of_baseline: float | None = None
    anchor: str | None = None
    method: str | None = None
    n: int | None = None
    muscle_groups: tuple[MuscleGroup, ...] = ()
    mdc_share_of_baseline: float | None = None
    mdc_share_same_rater: float | None = None
    mdc_level: int | None = None
    mcid_low: float | None = None
    mcid_high: float | None = None
    interval: str | None = None
    alternative: bool = False


@dataclass(frozen=True)
class CoreMeasure:
    """What one condition asks for. use: all of ``core``, one per purpose of ``one_of``; ``add`` is a bonus.

    measure: of the registry; None where it has none, and ``wanted`` says in words what is meant.
    """

    condition: Condition
    use: Literal["core", "one_of", "add"]
    purpose: str
    citation: str
    measure: str | None = None
    wanted: str | None = None
    note: str | None = None


def measures() -> tuple[Measure, ...]:
    """All measures of this version, in the order in which people read them."""
    return tuple(_measures().values())


def find(measure: str) -> Measure | None:
    """The measure of that name, or None where the registry does not know it."""
    return _measures().get(measure)


def thresholds(measure: str | None = None) -> tuple[Threshold, ...]:
    """All thresholds, or those of one measure (none for a measure that is not known)."""
    return _thresholds() if measure is None else _by_measure().get(measure, ())


def core_sets(condition: str | None = None) -> tuple[CoreMeasure, ...]:
    """What each condition asks for, or what one does."""
    return tuple(each for each in _core_sets() if condition in (None, each.condition))


def parse_measures(text: str) -> tuple[Measure, ...]:
    """Measures from YAML; raises ``MeasuresError`` naming the row that cannot be used."""
    found = tuple(_row(fields, Measure, "measure") for fields in _rows(text, "measures"))
    _refuse_repeated([each.measure for each in found])
    for each in found:
        _refuse_unless(each.low < each.high, each.measure, "low must be below high")
        items = (each.items, each.item_low, each.item_high, each.least_answered)
        _refuse_unless(len({one is None for one in items}) == 1, each.measure, "its items are said in part")
        _refuse_unless(bool(each.citation.strip()), each.measure, "it has no citation")
    return found


def parse_thresholds(text: str, known: tuple[Measure, ...]) -> tuple[Threshold, ...]:
    """Thresholds from YAML for the known measures; raises ``MeasuresError`` naming the row."""
    found = tuple(_row(fields, Threshold, "row") for fields in _rows(text, "thresholds"))
    _refuse_repeated([each.row for each in found])
    names = {each.measure for each in known}
    for each in found:
        _refuse_unless(each.measure in names, each.row, f"there is no measure {each.measure!r}")
        _refuse_unless(bool(each.citation.strip()), each.row, "it has no citation")
        _refuse_unless(_amounts_are_positive(each), each.row, "every amount must be above 0")
        _refuse_unless(_interval_holds(each), each.row, "the interval must hold the mcid and say its kind")
    return found


def parse_core_sets(text: str, known: tuple[Measure, ...]) -> tuple[CoreMeasure, ...]:
    """Core sets from YAML for the known measures; raises ``MeasuresError`` naming the condition."""
    found = tuple(_row(fields, CoreMeasure, "condition") for fields in _rows(text, "core_sets"))
    names = {each.measure for each in known}
    for each in found:
        _refuse_unless(
            (each.measure is None) != (each.wanted is None), each.condition, "measure or wanted, one of them"
        )
        _refuse_unless(
            each.measure in {None, *names}, each.condition, f"there is no measure {each.measure!r}"
        )
        _refuse_unless(bool(each.citation.strip()), each.condition, "it has no citation")
    return found


def _rows(text: str, key: str) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(text)
    rows = loaded.get(key) if isinstance(loaded, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MeasuresError(f"The registry's file has no list of rows named {key!r}; add one.")
    return rows


def _row(fields: Mapping[str, Any], kind: type[_Row], name: str) -> _Row:
    unknown = fields.keys() - kind.__dataclass_fields__.keys()  # type: ignore[attr-defined]
    if unknown:
        raise MeasuresError(f"Row {fields.get(name)!r} has an unknown field {min(unknown)!r}; remove it.")
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise MeasuresError(f"Row {fields.get(name)!r} cannot be used: {error}.") from error


def _refuse_repeated(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise MeasuresError(f"Row {repeated[0]!r} is there twice; give each row a name of its own.")


def _refuse_unless(fine: bool, row: str, problem: str) -> None:
    if not fine:
        raise MeasuresError(f"Row {row!r} cannot be used: {problem}.")


def _amounts_are_positive(row: Threshold) -> bool:
    amounts = (
        row.mdc,
        row.mdc_same_rater,
        row.mdc_share_of_baseline,
        row.mdc_share_same_rater,
        row.mcid,
        row.mcid_share_of_baseline,
    )
    return all(amount is None or amount > 0 for amount in amounts)


def _interval_holds(row: Threshold) -> bool:
    if row.mcid_low is None or row.mcid_high is None or row.mcid is None:
        return (row.mcid_low, row.mcid_high, row.interval) == (None, None, None)
    return row.interval is not None and row.mcid_low <= row.mcid <= row.mcid_high


def _text(name: str) -> str:
    place = files("contracts.measures").joinpath(f"v{REGISTRY_VERSION}", name)
    return place.read_text(encoding="utf-8")


@cache
def _measures() -> dict[str, Measure]:
    return {each.measure: each for each in parse_measures(_text("measures.yaml"))}


@cache
def _thresholds() -> tuple[Threshold, ...]:
    return parse_thresholds(_text("thresholds.yaml"), measures())


@cache
def _core_sets() -> tuple[CoreMeasure, ...]:
    return parse_core_sets(_text("core_sets.yaml"), measures())


@cache
def _by_measure() -> dict[str, tuple[Threshold, ...]]:
    names = dict.fromkeys(each.measure for each in _thresholds())
    return {name: tuple(each for each in _thresholds() if each.measure == name) for name in names}
