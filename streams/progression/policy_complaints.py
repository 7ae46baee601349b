"""What is wrong with the shape of a policy file, in words for whoever leads the therapists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import msgspec

from streams.progression.policy_schema import (
    Advance,
    Condition,
    Effusion,
    Gate,
    Load,
    Number,
    Policy,
    Required,
    Review,
    Section,
    SignedOff,
)
from streams.progression.policy_sections import BOUNDS

Severity = Literal["error", "warning", "note"]

_BLOCKS: Final[dict[str, Any]] = {
    "required": Required, "load": Load, "effusion": Effusion, "review": Review, "signed_off": SignedOff,
}  # fmt: skip
_KINDS: Final = ("stop", "regress", "hold")
_WORDS: Final = {
    "float": "a number", "int": "a whole number", "str": "text", "bool": "true or false", "array": "a list",
    "object": "a part of its own (name: value)", "null": "left out", "date": "a date (YYYY-MM-DD)",
}  # fmt: skip


@dataclass(frozen=True)
class Complaint:
    """One thing about a policy: where it is (rule, part or section), and what is wrong in words.

    error: the policy cannot be used. warning: it can, but should not. note: something to know.
    """

    severity: Severity
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


def shape_complaints(raw: object) -> tuple[Complaint, ...]:
    """Everything in the file that is not as a policy has to be; empty where it can be read."""
    if not isinstance(raw, Mapping):
        return (Complaint("error", "the policy", "the file holds no policy; it begins with 'policy: NAME'"),)
    return tuple(_shapes(raw))


def _shapes(raw: Mapping[str, Any]) -> Iterator[Complaint]:
    for kind in _KINDS:
        yield from _rules(raw.get(kind, []), kind)
    advance = raw.get("advance")
    if isinstance(advance, Mapping):
        yield from _rules(advance.get("all_of", []), "advance")
        yield from _listed(advance.get("gates", []), Gate, "gate")
        yield from _complaints({**advance, "all_of": [], "gates": []}, Advance, "the part advance")
    for name, block in _BLOCKS.items():
        if raw.get(name) is not None:
            yield from _complaints(raw[name], block, f"the part {name}")
    numbers = raw.get("numbers") or {}
    for name, number in numbers.items() if isinstance(numbers, Mapping) else ():
        yield from _complaints(number, Number, f"the number {name}")
    yield from _listed(raw.get("sections", []), Section, "section")
    yield from _complaints(_bare(raw), Policy, "the policy")


def _bare(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with sound parts in place of its own: what is still wrong is wrong with itself."""
    sound: dict[str, Any] = {
        **{kind: [] for kind in _KINDS}, "sections": [], "numbers": {}, "signed_off": None, "effusion": None,
        "required": {"signals": [], "basis": ""},
        "review": {"after_days": 1, "plateau_sessions": 1, "basis": ""},
        "load": {"method": "two_for_two", "from_stage": "S4", "basis": ""},
        "advance": {
            "rule": "", "all_of": [], "consecutive_sessions": 1, "max_step": 1, "max_levels_per_7d": 1,
            "sign_off_from": "S4", "basis": "",
        },
    }  # fmt: skip
    kept = {name: part for name, part in sound.items() if raw.get(name) is not None}
    return {**raw, **{name: part for name, part in kept.items() if not _wrong_kind(raw[name], part)}}


def _wrong_kind(given: Any, sound: Any) -> bool:
    return sound is not None and not isinstance(given, type(sound))


def _rules(rules: Any, kind: str) -> Iterator[Complaint]:
    if not isinstance(rules, list):
        yield Complaint("error", f"the part {kind}", "it has to be a list of rules")
        return
    for place, rule in enumerate(rules, 1):
        name = rule.get("rule") if isinstance(rule, Mapping) else None
        where = f"the rule {name} ({kind})" if name else f"rule {place} of {kind}"
        unnamed = list(_unknown_names(rule, where)) if isinstance(rule, Mapping) else []
        yield from unnamed or _complaints(rule, Condition, where)


def _unknown_names(rule: Mapping[str, Any], where: str) -> Iterator[Complaint]:
    for name in BOUNDS:
        if isinstance(rule.get(name), str):
            says = f"`{name}` is '{rule[name]}'; it has to be a number, or the name of one under numbers"
            yield Complaint("error", where, says)


def _listed(parts: Any, kind: Any, word: str) -> Iterator[Complaint]:
    if not isinstance(parts, list):
        yield Complaint("error", f"the {word}s", "they have to be a list")
        return
    for place, part in enumerate(parts, 1):
        yield from _complaints(part, kind, f"{word} {place}")


def _complaints(part: Any, kind: Any, where: str) -> Iterator[Complaint]:
    try:
        msgspec.convert(part, kind)
    except msgspec.ValidationError as problem:
        yield Complaint("error", where, in_words(str(problem), part, kind))


def in_words(problem: str, part: Any, kind: Any) -> str:
    """The checker's complaint about this part in plain words, with what may be said instead."""
    if "at `key` in" in problem:
        return "one of its names is no text (words such as on, off, yes and no have to stand in quotes)"
    says, _, path = problem.partition(" - at `$")
    field = path.rstrip("`").lstrip(".").split("[")[0].split(".")[0]
    if found := re.match(r"Object contains unknown field `(.*)`", says):
        known = ", ".join(_fields(kind, field))
        return f"it says `{found[1]}`, which is not known here; it may say {known}"
    if found := re.match(r"Object missing required field `(.*)`", says):
        return f"it does not say `{found[1]}`"
    if found := re.match(r"Invalid enum value (.*)", says):
        words = ", ".join(_words_of(kind, field))
        return f"`{field}` is {found[1]}" + (f"; it may be {words}" if words else ", which is not known")
    if found := re.match(r"Expected `(.*)`, got `(.*)`", says):
        wanted = " or ".join(_WORDS.get(each.strip(), each.strip()) for each in found[1].split("|"))
        given = part.get(field) if isinstance(part, Mapping) and field else part
        return f"`{field}` is {given!r}; it has to be {wanted}" if field else f"it has to be {wanted}"
    return says


def _fields(kind: Any, field: str) -> tuple[str, ...]:
    """What the part may say; below a field, what that field may say."""
    inner = _struct_in(_hint(kind, field)) if field else None
    return tuple((inner or kind).__struct_fields__)


def _struct_in(hint: Any) -> Any:
    for each in (hint, *get_args(hint)):
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            return each
    return None


def _hint(kind: Any, field: str) -> Any:
    fields = {each.name: each.type for each in msgspec.structs.fields(kind)}
    return fields.get(field)


def _words_of(kind: Any, field: str) -> tuple[str, ...]:
    """The words of a field that takes one of a closed list, also where the list is further inside."""
    left = [_hint(kind, field)]
    while left:
        hint = left.pop()
        found = get_args(hint)
        if found and all(isinstance(each, str) for each in found):
            return found
        left.extend(found)
    return ()
