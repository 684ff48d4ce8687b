"""What the documents name exists: files, headings, commands, options, modules."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.named_commands import fault

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = (".", "docs", "docs/decisions", "bench", "data", "core/demo/lists")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).glob("*.md"))
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(
    r"(?m)(?:^\$ (?:\w+=\S* )*|(?:^\$ |`)docker compose [^`\n]+ |`)signoff ([^`\n#]+)"
)
"""A line in a console, perhaps with a variable or a container in front, or inline code."""
MODULE = re.compile(r"\b(?:core|dashboard|tests|bench)(?:[./][A-Za-z0-9_]+)+")


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def anchors(path: Path) -> frozenset[str]:
    """The headings of a document, as GitHub makes anchors of them."""
    titles = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


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
