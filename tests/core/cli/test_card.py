"""The model card from the command line."""

from pathlib import Path

import pytest

from core.records import to_json
from core.reporting.card import read
from tests import decisions
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import set_policy


@pytest.fixture
def version(road: Road) -> str:
    set_policy(road.store)
    return decisions.released(road.store, 3)


def test_it_is_markdown_on_stdout(version: str) -> None:
    told = signoff("card", version)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"# Model card of {version}\n")
    assert (
        signoff("card", "production", "--format", "md").out.splitlines()[:9]
        == (told.out.splitlines()[:9])
    )


def test_json_gives_the_same_facts(road: Road, version: str) -> None:
    found, card = signoff("card", version, "--json").json, to_json(read(road.store, version))
    for each in (found, card):
        del each["at"]
    assert found == card


@pytest.mark.parametrize(
    ("name", "more", "begins"),
    [
        ("card.html", (), "<!doctype html>"),
        ("card.md", (), "# Model card"),
        ("card", ("--format", "html"), "<!doctype html>"),
        ("card.html", ("--format", "md"), "# Model card"),
    ],
)
def test_it_is_written_to_a_file(
    version: str, tmp_path: Path, name: str, more: tuple[str, ...], begins: str
) -> None:
    path = tmp_path / name
    told = signoff("card", version, "--output", path, *more)
    assert told.out == f"The model card of {version}: {path}\n"
    assert path.read_text(encoding="utf-8").startswith(begins)


def test_what_cannot_be_written_is_refused(version: str, tmp_path: Path) -> None:
    assert_refused(
        signoff("card", version, "--output", tmp_path / "card.pdf"),
        "is neither .md nor .html",
        "--format",
    )
    told = signoff("card", version, "--output", tmp_path / "nowhere" / "card.md")
    assert_refused(told, "nowhere")
    assert not list(tmp_path.glob("card*"))


def test_what_is_no_version_is_refused(version: str) -> None:
    told = signoff("card", "20200101.1")
    assert_refused(told, "There is no alias or version '20200101.1'", "signoff alias list")
