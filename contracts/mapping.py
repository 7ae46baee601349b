"""From a valid record to drafts: the contract's rules, made ready once and applied to each record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.contract import Condition, Contract, Draft, Moment, Reason, Rule, Target, Value
from contracts.measures.scorers import score_of
from contracts.units import convertible, factor

Record = Mapping[str, Any]
Getter = Callable[[Record], Any]

ABSENT: Final = None
_FORCED: Final[dict[str, Callable[[Any], Any]]] = {"number": float, "integer": int}


class Unmappable(Exception):
    """A record that passed its schema and still cannot be said as events; never leaves this room."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(code)
        self.reason = Reason(code, path)


@dataclass(frozen=True)
class ReadyRule:
    """A rule with everything looked up that does not depend on the record."""

    rule: Rule
    applies: Callable[[Record], bool]
    identity: tuple[Getter, ...]
    moment: Callable[[Record], datetime]
    values: tuple[tuple[str, Getter], ...]
    references: tuple[tuple[str, Getter], ...]
    target_identity: tuple[Getter, ...] = ()


def ready(contract: Contract) -> tuple[ReadyRule, ...]:
    """The contract's rules, ready to be applied."""
    return tuple(_ready_rule(rule, contract) for rule in contract.rules)


def drafts_of(record: Record, rules: tuple[ReadyRule, ...], changes: "Changes") -> tuple[Draft, ...]:
    """The events of a valid record; raises ``Unmappable``."""
    return tuple(_draft(record, each, changes) for each in rules if each.applies(record))


def _draft(record: Record, ready_rule: ReadyRule, changes: "Changes") -> Draft:
    rule = ready_rule.rule
    fields = {name: value for name, get in ready_rule.values if (value := get(record)) is not ABSENT}
    target = None
    if rule.target is not None:
        spoken_of = changes.rule_of(record[rule.target.rule_field], rule.target.rule_field)
        target = Target(spoken_of.rule.event_type, _texts(ready_rule.target_identity, record))
        if rule.event_type == "EventCorrected":
            fields["changes"] = changes.made_by(record, rule, spoken_of)
    return Draft(
        event_type=rule.event_type,
        identity=_texts(ready_rule.identity, record),
        occurred_at=ready_rule.moment(record),
        fields=fields,
        references={
            name: value for name, get in ready_rule.references if (value := get(record)) is not ABSENT
        },
        target=target,
        other_subject=record[rule.other_subject] if rule.other_subject else None,
    )


class Changes:
    """What a correction changes: the fields that it carries and its target's rule reads."""

    def __init__(self, contract: Contract, rules: tuple[ReadyRule, ...]) -> None:
        self._always = {each.name for each in contract.fields if each.required}
        self._rules = {each.rule.name: each for each in rules if each.rule.target is None}

    def rule_of(self, name: str, field: str) -> ReadyRule:
        """The rule that a record names in ``field``."""
        found = self._rules.get(name)
        if found is None:
            raise Unmappable("unknown_code", f"$.{field}")
        return found

    def made_by(self, record: Record, correction: Rule, spoken_of: ReadyRule) -> dict[str, Any]:
        """Canonical field -> right value; what every record carries is never a change."""
        own = self._always | _fields_of(correction)
        changes = {
            name: value
            for (name, get), (_, declared) in zip(spoken_of.values, spoken_of.rule.values, strict=True)
            if declared.named
            and own.isdisjoint(declared.named)
            and any(field in record for field in declared.named)
            and (value := get(record)) is not ABSENT
        }
        if not changes:
            raise Unmappable("no_change", "$")
        return changes


def _fields_of(rule: Rule) -> set[str]:
    values = [value for _, value in (*rule.values, *rule.references)] + list(rule.identity)
    values += rule.target.identity if rule.target else ()
    named = {field for value in values for field in value.named}
    return (
        named | {name for name, _ in rule.condition.equals} | {rule.target.rule_field if rule.target else ""}
    )


def _texts(getters: tuple[Getter, ...], record: Record) -> tuple[str, ...]:
    return tuple(as_text(get(record)) for get in getters)


def as_text(value: Any) -> str:
    """An identity's value as text; the same value is always the same text."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _ready_rule(rule: Rule, contract: Contract) -> ReadyRule:
    return ReadyRule(
        rule=rule,
        applies=_ready_condition(rule.condition),
        identity=tuple(_ready_value(each, contract) for each in rule.identity),
        moment=_ready_moment(rule.moment),
        values=tuple((name, _ready_value(each, contract)) for name, each in rule.values),
        references=tuple((name, _ready_value(each, contract)) for name, each in rule.references),
        target_identity=tuple(_ready_value(each, contract) for each in rule.target.identity)
        if rule.target
        else (),
    )


def _ready_condition(condition: Condition) -> Callable[[Record], bool]:
    equals, present, any_present = condition.equals, condition.present, condition.any_present

    def applies(record: Record) -> bool:
        for name, value in equals:
            if record.get(name) != value:
                return False
        for name in present:
            if name not in record:
                return False
        return not any_present or any(name in record for name in any_present)

    return applies


def _ready_value(value: Value, contract: Contract) -> Getter:
    source = value.source
    if value.score is not None:
        return _ready_score(value.score, value.answers)
    if source is None:
        constant = tuple(value.constant) if isinstance(value.constant, list) else value.constant
        return lambda record: constant
    declared = contract.field(source)
    force = _FORCED.get(declared.type) if declared else None
    if value.to is not None:
        return _ready_unit(value, contract)
    if value.codes:
        codes = dict(value.codes)
        return lambda record: codes.get(record.get(source))
    if declared is not None and declared.item is not None and declared.item.fields:
        same = tuple((each.name, each.name) for each in declared.item.fields)
        return _ready_items(source, value.items or same)
    if force is not None:
        return lambda record: force(record[source]) if source in record else ABSENT
    return lambda record: record.get(source)


def _ready_score(measure: str, answers: tuple[str, ...]) -> Getter:
    """The score of the answers; they themselves go no further than this."""

    def get(record: Record) -> Any:
        found = score_of(measure, [record.get(name) for name in answers])
        if found.reason is not None:
            missing = next((name for name in answers if name not in record), answers[0])
            raise Unmappable(found.reason, f"$.{missing}")
        return found.value

    return get


def _ready_items(source: str, items: tuple[tuple[str, str], ...]) -> Getter:
    def get(record: Record) -> Any:
        if source not in record:
            return ABSENT
        return [{name: one[own] for name, own in items if own in one} for one in record[source]]

    return get


def _ready_unit(value: Value, contract: Contract) -> Getter:
    source, to = value.source or "", value.to or ""
    if value.unit_field is None:
        times = factor(value.unit or to, to)
        return lambda record: record[source] * times if source in record else ABSENT
    unit_field = value.unit_field
    declared = contract.field(unit_field)
    words = declared.enumeration if declared else ()
    factors = {unit: factor(unit, to) for unit in words if convertible(unit, to)}

    def get(record: Record) -> Any:
        if source not in record:
            return ABSENT
        if unit_field not in record:
            raise Unmappable("missing", f"$.{unit_field}")
        return record[source] * factors[record[unit_field]]

    return get


def _ready_moment(moment: Moment) -> Callable[[Record], datetime]:
    if moment.source is not None:
        source = moment.source
        return lambda record: record[source]
    if moment.first_day is None or moment.at is None or moment.zone is None:
        raise ValueError("A moment is a field, or a day, a time and a zone.")
    first = datetime.combine(moment.first_day, moment.at, tzinfo=ZoneInfo(moment.zone))
    day_field = moment.day_field
    if day_field is None:
        always = first.astimezone(UTC)
        return lambda record: always
    return lambda record: (first + timedelta(days=int(record[day_field]) - 1)).astimezone(UTC)
