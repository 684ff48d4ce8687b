"""Hints as values: what a command line looks like, and that each command exists."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from typer._click import Command as CliCommand
from typer.core import TyperGroup
from typer.main import get_command

from core.cli.app import build
from core.errors import InputError
from core.hints import Alarm, Command, Hint

ROOT = Path(__file__).parents[2]


def test_a_command_is_printed_as_a_shell_takes_it() -> None:
    assert str(Command("alias set", "staging", "20261122.1")) == (
        "signoff alias set staging 20261122.1"
    )
    assert str(Command("release approve", 7, comment="It's fine", override=True, by=None)) == (
        """signoff release approve 7 --comment 'It'"'"'s fine' --override"""
    )
    assert str(Command("train", param=["dim=2", "epoch=1"], test_since="2026-01-31")) == (
        "signoff train --param dim=2 --param epoch=1 --test-since 2026-01-31"
    )


def test_what_somebody_named_cannot_become_another_command() -> None:
    assert str(Command("users set", "$(rm -rf ~); x")) == "signoff users set '$(rm -rf ~); x'"


def test_a_hint_makes_sense_with_and_without_its_command() -> None:
    assert str(Hint("Ask again.")) == "Ask again."
    assert str(Hint("List them.", Command("alias list"))) == "List them: signoff alias list"


def test_an_alarm_is_a_title_and_a_hint() -> None:
    assert str(Alarm("Broken", Hint("Mend it."))) == "Broken. Mend it."
    assert str(Alarm("Broken")) == "Broken."


def test_a_sentence_stands_for_a_hint_without_a_command() -> None:
    error = InputError("There is no text", "Write a title.")
    assert error.hint == Hint("Write a title.")
    assert str(error) == "There is no text. Write a title."


def test_every_command_that_is_named_exists_with_its_options() -> None:
    root = get_command(build())
    named = list(commands_in_the_code())
    assert len(named) > 40
    for where, name, options in named:
        found = looked_up(root, name.split())
        assert found is not None, f"{where} names {name!r}, which does not exist"
        known = {option for parameter in found.params for option in parameter.opts}
        assert options <= known, f"{where}: {name} has no {', '.join(options - known)}"


def looked_up(root: CliCommand, words: Sequence[str]) -> CliCommand | None:
    """The command of that name; None for a group of commands, too, that does nothing by itself."""
    found: CliCommand | None = root
    for word in words:
        found = found.commands.get(word) if isinstance(found, TyperGroup) else None
    is_command = not isinstance(found, TyperGroup) or found.invoke_without_command
    return found if is_command else None


def commands_in_the_code() -> Iterator[tuple[str, str, set[str]]]:
    """Each ``Command(…)``: where it stands, its name, its options."""
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id != "Command" or path.name == "hints.py":
                    continue
                options = {f"--{keyword.arg or ''}".replace("_", "-") for keyword in node.keywords}
                for name in names(node.args[0]):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", name, options


def names(node: ast.expr) -> list[str]:
    """What the first argument can be. A verb that is put in is a decision on a candidate."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    assert isinstance(node, ast.JoinedStr), ast.unparse(node)
    return [f"release {verb}" for verb in ("approve", "reject")]
