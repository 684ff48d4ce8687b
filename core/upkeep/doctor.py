"""What is wrong with a workspace, told from outside: nothing in it is changed.

A check is a function of a :class:`Look`. It says what it found, or raises an error that says what
is wrong. The checks are independent of each other, but for the database: where it cannot be asked,
what asks it says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from core.errors import SignoffError
from core.hints import Hint
from core.progress import Progress, silent
from core.safe_text import one_line
from core.store import Store, place_of, require_workspace, store_as_it_is
from core.store.sqlite import DATABASE
from core.upkeep import configuration, database, decisions, files, work
from core.upkeep.finding import Found, Look, State, fine, refused, unknown


class Needs(IntEnum):
    """What has to be there for a check: nothing, the folder, a database that answers."""

    NOTHING = 0
    FOLDER = 1
    DATABASE = 2


@dataclass(frozen=True, slots=True)
class Check:
    """``name``: what it looks at. Without what it ``needs``, it is not asked."""

    name: str
    look: Callable[[Look], Found]
    needs: Needs = Needs.DATABASE


CHECKS = (
    Check("project", configuration.project, Needs.NOTHING),
    Check("notifications", configuration.notifications, Needs.NOTHING),
    Check("permissions", files.permissions, Needs.FOLDER),
    Check("free disk", files.room, Needs.FOLDER),
    Check("left behind", files.leftovers, Needs.FOLDER),
    Check("write lock", work.writers, Needs.FOLDER),
    Check("content", database.content),
    Check("artifacts", files.artifacts),
    Check("seal key", decisions.seal_keys),
    Check("audit log", decisions.audit_log),
    Check("policy", decisions.policy),
    Check("released models", decisions.released),
    Check("runs", work.runs),
    Check("jobs", work.jobs),
    Check("servers", work.servers),
    Check("clock", work.clock),
)
"""In the order in which they are shown, after ``workspace`` and ``database``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to."""

    check: str
    found: Found

    @property
    def is_wrong(self) -> bool:
        return self.found.state is State.WRONG


def examine(home: Path, *, thorough: bool = False, progress: Progress = silent) -> list[Finding]:
    """Look at the workspace at ``home``, whatever state it is in. Nothing in it is changed.

    Args:
        thorough: also read every artifact and the whole database, and load the released models.
            Cut off, it has done nothing.
    """
    before = place_of(home), _version(home)
    findings = _examined(home, thorough, progress)
    if (place_of(home), _version(home)) != before and not is_well(findings):
        # Somebody wrote to a database that nobody had open when it was read without locks.
        findings = _examined(home, thorough, progress)
    return findings


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong, as far as could be looked."""
    return not any(finding.is_wrong for finding in findings)


def _examined(home: Path, thorough: bool, progress: Progress) -> list[Finding]:
    store, opened = _opened(home)
    look = Look(home, store, thorough, progress)
    there = Needs.FOLDER if opened.state is State.FINE else Needs.NOTHING
    asked = Check("database", database.schema, Needs.FOLDER)
    try:
        answer = _finding(asked, look, there)
        if answer.found.state is State.FINE:
            there = Needs.DATABASE
        rest = [_finding(check, look, there) for check in CHECKS]
    finally:
        store.engine.dispose()
    return [Finding("workspace", opened), answer, *rest]


def _opened(home: Path) -> tuple[Store, Found]:
    try:
        require_workspace(home)
    except SignoffError as error:
        return store_as_it_is(home), refused(error)
    return store_as_it_is(home), fine(f"{home}.")


def _finding(check: Check, look: Look, there: Needs) -> Finding:
    if check.needs <= there:
        return Finding(check.name, _looked(check.look, look))
    missing = "the database cannot be asked" if there else "there is no workspace to look at"
    return Finding(check.name, unknown(f"Not looked at: {missing}."))


def _looked(look_at: Callable[[Look], Found], look: Look) -> Found:
    try:
        return look_at(look)
    except SignoffError as error:
        return refused(error)
    except OSError as error:
        return unknown(f"Could not be looked at: {error}.", "Check permissions and disk.")
    except Exception as error:  # noqa: BLE001 - what is broken breaks a check in any way: the others speak all the same
        said = one_line(f"{type(error).__name__}: {error}")
        return unknown(
            f"Could not be looked at: {said[:200]}.",
            Hint("If nothing else is wrong, please report it."),
        )


def _version(home: Path) -> tuple[int, int] | None:
    """Changes whenever the database's file is written to."""
    try:
        info = (home / DATABASE).stat()
    except OSError:
        return None
    return info.st_size, info.st_mtime_ns
