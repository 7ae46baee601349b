"""What the READMEs say is true: paths exist, commands exist, settings are documented."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from contracts.settings import VARIABLES
from infra.cli import app

LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
LOOKS_LIKE_A_PATH = re.compile(r"^[a-z_.]+(/[\w.<>*-]+)+/?$")
MADE_AT_RUN_TIME = (
    "lake/",
    "marts/",
    "logs/",
    "broker/",
    "run/",
    "door/",
    "demo/",
    "raw/",
    ".myomap/",
    "streams/partition",
)


def documents(house: Any) -> Iterator[Path]:
    return (path for path in house.files if path.suffix == ".md")


def test_links_and_paths_in_documents_exist(house: Any) -> None:
    wrong = []
    for path in documents(house):
        text = house.text(path)
        for target in LINK.findall(text):
            if not (house.root / path.parent / target).exists():
                wrong.append(f"{path}: link {target}")
        for word in CODE.findall(FENCE.sub("", text)):
            if LOOKS_LIKE_A_PATH.match(word) and not _exists(house, path, word):
                wrong.append(f"{path}: `{word}`")
    assert wrong == []


def _exists(house: Any, document: Path, word: str) -> bool:
    if any(sign in word for sign in "<>*…") or word.startswith(MADE_AT_RUN_TIME) or "/v1/" in f"/{word}":
        return True
    places = (house.root / word, house.root / document.parent / word)
    return any(place.exists() for place in places) or _named_in_root(house, word)


def _named_in_root(house: Any, word: str) -> bool:
    return word.startswith(tuple(f"{room}." for room in house.rooms))


def test_commands_in_documents_exist(house: Any) -> None:
    root = get_command(app)
    wrong = []
    for path in documents(house):
        for line in _command_lines(house.text(path)):
            problem = _unknown_verb(root, line)
            if problem:
                wrong.append(f"{path}: {line!r}: {problem}")
    assert wrong == []


def _command_lines(text: str) -> Iterator[str]:
    fenced = [line.strip().removeprefix("$ ") for block in FENCE.findall(text) for line in block.splitlines()]
    inline = CODE.findall(FENCE.sub("", text))
    return (line for line in [*fenced, *inline] if re.match(r"^(\.venv/bin/)?myomap [a-z]", line))


def _unknown_verb(command: Any, line: str) -> str | None:
    words = iter(line.split("#")[0].split()[1:])
    for word in words:
        if not hasattr(command, "commands"):
            return None
        if word.startswith("-"):
            if _takes_a_value(command, word):
                next(words, None)
            continue
        if word in ("…", "..."):
            return None
        choices = word.split("|")
        unknown = [choice for choice in choices if choice not in command.commands]
        if unknown:
            return f"no verb {unknown[0]}"
        command = command.commands[choices[0]]
    return None


def _takes_a_value(command: Any, option: str) -> bool:
    return any(option in each.opts and not each.is_flag for each in command.params if each.opts)


def test_make_targets_in_documents_exist(house: Any) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", house.text(Path("Makefile")), re.MULTILINE))
    wrong = [
        f"{path}: make {target}"
        for path in documents(house)
        for target in re.findall(r"(?:^|`)make ([a-z0-9-]+)", house.text(path), re.MULTILINE)
        if target not in targets
    ]
    assert wrong == []


def test_every_setting_is_documented_and_every_documented_one_exists(house: Any) -> None:
    documented = set(re.findall(r"`(MYOMAP_[A-Z_]+)`", house.text(Path("README.md"))))
    assert documented == set(VARIABLES)


def test_no_setting_is_read_that_is_not_declared(house: Any) -> None:
    found = re.compile(r"\bMYOMAP_[A-Z_]+[A-Z]\b")
    used = {name for path in house.modules() for name in found.findall(house.text(path))}
    assert used <= set(VARIABLES)


def test_every_verb_and_option_says_what_it_does() -> None:
    wrong = [name for name, command in _walk(get_command(app), "myomap") if not command.help]
    assert wrong == []


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, f"{name} {word}")


def test_every_room_has_a_readme(house: Any) -> None:
    missing = [room for room in house.rooms if Path(room) / "README.md" not in house.files]
    assert missing == []
    assert isinstance(app, typer.Typer)
