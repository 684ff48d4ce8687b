"""What the documents name exists: files, headings, commands, options, modules."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from core.cli.app import build
from core.cli.report import WRITE, Writing

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = (".", "docs", "docs/decisions", "bench", "data", "core/demo/lists")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).glob("*.md"))
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?m)(?:^\$ (?:\w+=\S* )*|`)signoff ([^`\n#]+)")
"""A line in a console, perhaps with a variable in front, or inline code."""
MODULE = re.compile(r"\b(?:core|dashboard|tests|bench)(?:[./][A-Za-z0-9_]+)+")
OPTION = re.compile(r"--[a-z0-9-]+")


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def anchors(path: Path) -> frozenset[str]:
    """The headings of a document, as GitHub makes anchors of them."""
    titles = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


@cache
def commands() -> dict[str, frozenset[str]]:
    """``"alias set"`` -> its options; ``"alias"``, the group, has none, but ``"report"`` those
    of its command that need not be named.
    """

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
        children = getattr(command, "commands", {})
        params = children[WRITE].params if isinstance(command, Writing) else command.params
        yield " ".join(path), frozenset(option for p in params for option in p.opts)
        for child, one in children.items():
            yield from walk(one, (*path, child))

    return dict(walk(get_command(build()), ()))


def is_group(command: str) -> bool:
    return any(other.startswith(f"{command} ") for other in commands())


def fault(line: str) -> str | None:
    """What is wrong with ``alias set NAME --share 0.1``; None: nothing.

    ``audit verify|export`` names two commands.
    """
    first, *rest = line.split()
    named = ["" if first.startswith("-") else first]
    while is_group(named[0]) and rest and not rest[0].startswith("-"):
        if commands()[named[0]] and f"{named[0]} {rest[0]}" not in commands():
            break  # what follows are the arguments of the command that need not be named
        named = [f"{named[0]} {word}" for word in rest.pop(0).split("|")]
    if not all(command in commands() for command in named):
        return f"there is no command {line!r}"
    offered = {"--help", "--traceback"}.union(*(commands()[command] for command in named))
    missing = sorted(set(OPTION.findall(line)) - offered)
    return f"{line!r} has no {', '.join(missing)}" if missing else None


def exists(module: str) -> bool:
    """Whether ``core/stats/gaps.py``, ``core.stats.gaps`` or ``core.settings.settings`` exists."""
    parts = re.split(r"[./]", module.removesuffix(".py").removesuffix(".md"))
    folder = REPOSITORY
    while parts and (folder / parts[0]).is_dir():
        folder /= parts.pop(0)
    if not parts:
        return True
    for suffix in (".py", ".md"):
        file = (folder / parts[0]).with_suffix(suffix)
        if file.exists():
            text = file.read_text(encoding="utf-8")
            return all(re.search(rf"\b{part}\b", text) for part in parts[1:])
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_and_options_exist(document: Path) -> None:
    lines = COMMAND.findall(document.read_text(encoding="utf-8"))
    assert [why for line in lines if (why := fault(line))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_modules_exist(document: Path) -> None:
    codes = CODE.findall(document.read_text(encoding="utf-8"))
    named = [module for code in codes for module in MODULE.findall(code)]
    assert [module for module in named if not exists(module)] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("alias sett staging", "no command"), ("train --snapshot S --sed 1", "no --sed")],
)
def test_a_wrong_command_is_recognised(line: str, wrong: str) -> None:
    assert wrong in (fault(line) or "")


def test_a_missing_module_is_recognised() -> None:
    assert exists("core/settings.py")
    assert exists("core.settings.settings")
    assert not exists("core.settings.nothing_of_this_name")
    assert not exists("core/nothing.py")
