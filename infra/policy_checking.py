"""Whether a policy file is sound, said so that whoever leads the therapists can correct it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from infra.refusal import Refusal

if TYPE_CHECKING:
    from streams.progression.policy import PolicyFile


@dataclass(frozen=True)
class Finding:
    """One thing about a policy file.

    error: it cannot be used. warning: it can, but should not. note: something to know.
    """

    severity: Literal["error", "warning", "note"]
    file: str
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.file}: {self.severity}: {self.where}: {self.says}."


def check(what: str | Path | None = None) -> tuple[Finding, ...]:
    """Everything there is to say of a policy: a file, a released name (``name`` or ``name/v1``), or all.

    Raises ``Refusal`` where there is no such file or policy.
    """
    from streams.progression.policy import read_policy

    found = []
    for place, text in _texts(what):
        for each in read_policy(text, place)[1]:
            found.append(Finding(each.severity, place, each.where, each.says))
    return tuple(found)


def policy_file(what: str | Path) -> PolicyFile:
    """The policy of a file or a released name (of several versions the last); ``rules_for`` gives its rules.

    Raises ``Refusal`` where there is none, or where it cannot be used.
    """
    from streams.progression.policy import PolicyError, policy_file_from

    place, text = _texts(what)[-1]
    try:
        return policy_file_from(text, place)
    except PolicyError as problem:
        raise Refusal(f"{problem} 'myomap policy check {what}' lists everything.") from problem


def _texts(what: str | Path | None) -> list[tuple[str, str]]:
    """Place and text of what was asked for, by name and version."""
    if what is not None and (isinstance(what, Path) or _is_path(what)):
        return [_text_of(Path(what))]
    released = _released()
    if what is None:
        return released
    name, _, version = str(what).partition("/")
    found = [each for each in released if _names(each[0], name, version.removesuffix(".yaml"))]
    if not found:
        known = ", ".join(place.removesuffix(".yaml") for place, _ in released)
        raise Refusal(f"There is no policy {what}. Name a file, or one of {known}.")
    return found


def _is_path(what: str) -> bool:
    return what.startswith((".", "/")) or (what.endswith((".yaml", ".yml")) and Path(what).exists())


def _text_of(path: Path) -> tuple[str, str]:
    try:
        return f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refusal(f"The policy file {path} cannot be read. Name a YAML file in UTF-8.") from problem


def _released() -> list[tuple[str, str]]:
    from streams.progression.policy import POLICIES

    texts = [
        (f"{folder.name}/{file.name}", file.read_text(encoding="utf-8"))
        for folder in POLICIES.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
    ]
    return sorted(texts, key=lambda pair: (pair[0].partition("/")[0], _version(pair[0])))


def _version(place: str) -> int:
    found = re.search(r"/v(\d+)\.yaml$", place)
    return int(found[1]) if found else 0


def _names(place: str, name: str, version: str) -> bool:
    folder, _, file = place.partition("/")
    return folder == name and version in ("", file.removesuffix(".yaml"))
