"""Hints as values: what a command line looks like, and that each command exists."""

from core.errors import InputError
from core.hints import Alarm, Command, Hint


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
