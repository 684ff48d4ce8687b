"""Sentences that people read are plain English: patterns that readers stumbled over are refused.

Only strings and documents are read here; comments and docstrings are for the eyes of reviewers.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
BANNED = {
    "that of": r"\bthat of\b",
    "of now": r"\bof now\b",
    "anew": r"\banew\b",
    "so many": r"\bso many\b",
    "whoever": r"\bwhoever\b",
    "X is no Y": r"(?<!\bthere )\b(?:is|are|was|were) no (?!(?:long|lat|few)er\b|more\b|less\b)",
    "those that, without a noun": r"\bthose (?:that|who|which)\b",
    "told or said for reported": r"\b(?:is|are|was|were|be) (?:told|said)\b",
    "beside": r"\bbeside\b",
    "sureness": r"\bsure(?:ness|r)\b",
    "keeper": r"\b(?:door)?keeper\b",
    "may not for cannot": r"\bmay not\b",
    "takes the role": r"\btakes the role\b",
    "in particular": r"\bin particular\b",
    "in earnest": r"\bin earnest\b",
    "without a word": r"\bwithout a word\b",
}
PATTERN = re.compile(
    "|".join(f"(?:{pattern})" for pattern in BANNED.values()), re.IGNORECASE | re.ASCII
)


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string with words in it; what is filled in shows as ``{}``."""
    tree = ast.parse(source)
    documentation = {
        id(statement.value)
        for node in ast.walk(tree)
        for statement in _body(node)
        if isinstance(statement, ast.Expr)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in documentation or id(node) in parts:
                continue
            text = node.value
        else:
            continue
        if " " in text.strip():
            yield node.lineno, text


def _body(node: ast.AST) -> list[ast.stmt]:
    body = getattr(node, "body", ())
    return body if isinstance(body, list) else []


def documents() -> list[Path]:
    return sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def modules() -> list[Path]:
    return sorted(
        path for folder in ("core", "dashboard") for path in (REPOSITORY / folder).rglob("*.py")
    )


def test_no_sentence_in_the_code_stumbles() -> None:
    stumbling = [
        f"{path.relative_to(REPOSITORY)}:{line}: {match.group()!r} in {text!r}"
        for path in modules()
        for line, text in sentences(path.read_text(encoding="utf-8"))
        if (match := PATTERN.search(text))
    ]
    assert stumbling == []


def test_no_sentence_in_the_documents_stumbles() -> None:
    stumbling = [
        f"{path.relative_to(REPOSITORY)}:{number}: {match.group()!r} in {line!r}"
        for path in documents()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := PATTERN.search(line))
    ]
    assert stumbling == []


@pytest.mark.parametrize(
    "sentence",
    [
        "the production of now",
        "--since 'x' is no day",
        "Look at it anew",
        "bob may not approve a candidate",
        "Those that failed are listed",
        "how sure, by sureness",
    ],
)
def test_what_stumbles_is_recognised(sentence: str) -> None:
    assert PATTERN.search(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["There is no execution #5", "The approval is no longer valid", "bob cannot approve #20"],
)
def test_plain_english_is_not(sentence: str) -> None:
    assert not PATTERN.search(sentence)


def test_strings_are_told_from_documentation() -> None:
    source = 'def f(x):\n    """Look anew."""\n    return f"{x} is no day"\n'
    assert list(sentences(source)) == [(3, "{} is no day")]
