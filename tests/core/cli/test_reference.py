"""The documents say what the commands do."""

from pathlib import Path

from core.cli.reference import reference

DOCS = Path(__file__).parents[3] / "docs"


def test_cli_reference_is_what_help_says() -> None:
    assert (DOCS / "cli.md").read_text() == reference()
