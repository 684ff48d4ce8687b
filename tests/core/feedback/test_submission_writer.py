"""Keeping what was suggested, by a process of its own."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from core.errors import UnavailableError
from core.feedback.submission_writer import SubmissionWriter
from core.feedback.submissions import Sent
from core.store import Store
from core.store.writing import write
from tests.conftest import Road
from tests.core.feedback.conftest import FOUND

SECONDS = 60.0


@pytest.fixture
def writer(road: Road) -> SubmissionWriter:
    made = SubmissionWriter(road.store.home)
    made.write([], seconds=SECONDS)
    return made


def sent(version: str, title: str) -> Sent:
    return Sent(title=title, body="more", version=version, suggestions=FOUND, source="api")


def titles(store: Store) -> dict[str, str]:
    """By public id."""
    with store.read() as session:
        query = text("SELECT public, title FROM submissions ORDER BY id")
        return {row.public: row.title for row in session.execute(query)}


def test_texts_are_kept_in_order(road: Road, version: str, writer: SubmissionWriter) -> None:
    publics = writer.write([sent(version, "one"), sent(version, "two")], seconds=SECONDS)
    assert titles(road.store) == dict(zip(publics, ("one", "two"), strict=True))
    query = text("SELECT body, source, p_at_1, suggestions, expires FROM submissions LIMIT 1")
    with road.store.read() as session:
        assert session.execute(query).one() == (
            "more",
            "api",
            0.9,
            '[["cats",0.9],["space",0.1]]',
            1,
        )


@pytest.mark.slow
def test_a_locked_database_holds_nobody_up_and_mixes_nothing_up(
    road: Road, version: str, writer: SubmissionWriter
) -> None:
    with write(road.store) as session:
        session.execute(text("SELECT 1"))
        for title in ("locked", "still locked"):
            with pytest.raises(UnavailableError, match="cannot be stored"):
                writer.write([sent(version, title)], seconds=0.1)
    (public,) = writer.write([sent(version, "free")], seconds=SECONDS)
    assert titles(road.store)[public] == "free"


@pytest.mark.slow
def test_after_it_was_killed_the_next_is_kept(
    road: Road, version: str, writer: SubmissionWriter
) -> None:
    process = writer._worker.process
    os.kill(process.pid, signal.SIGKILL)
    process.wait(SECONDS)
    (public,) = writer.write([sent(version, "after")], seconds=SECONDS)
    assert titles(road.store) == {public: "after"}


@pytest.mark.slow
def test_the_process_holds_little_besides_the_database() -> None:
    """It is started with each server, and anew where it was killed: callers wait for that."""
    asked = "import sys, core.feedback.submission_writer; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"sqlalchemy", "core.feedback.submissions"} <= set(imported)
    assert {"pandas", "pyarrow", "scipy", "fasttext"}.isdisjoint(imported)
