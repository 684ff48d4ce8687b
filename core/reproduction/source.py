"""The code of an execution, checked out once more: Signoff's, and the team's project."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import core
from core.errors import NotFoundError, RefusedError
from core.executions.code import source_digest
from core.executions.git import git
from core.settings import CHECKOUT, settings
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.executions import Execution

_SECONDS = 600
"""A checkout of a large repository on a slow disk takes minutes."""
_APPLY = ("apply", "--whitespace=nowarn")
_NO_PROJECT = (
    "The project's commit is not in this project, or there is none here: what was read from it,"
    " such as groups of topics, is read from nowhere."
)


@dataclass(frozen=True, slots=True)
class Source:
    """``signoff``: the folder that holds its packages ``core`` and ``dashboard``. ``project``: the
    folder to work in. ``notes``: what was not as it was, in sentences.
    """

    signoff: Path
    project: Path
    notes: tuple[str, ...]


@contextmanager
def source_of(store: Store, execution: Execution) -> Iterator[Source]:
    """The code that ran, in folders of its own that are gone at the end.

    Raises:
        RefusedError: its commit is not here, or what was changed since then no longer applies.
    """
    with ExitStack() as held, storage_errors(Path(tempfile.gettempdir()), chosen=True):
        room = tempfile.TemporaryDirectory(prefix="signoff-", ignore_cleanup_errors=True)
        folder = Path(held.enter_context(room))
        code, notes = execution.code, list[str]()
        if _is_here(execution):
            signoff = Path(core.__file__).resolve().parent.parent
            notes.append("Signoff's code is the same as here, so it was not checked out.")
        else:
            at = _Commit(execution.number, "Signoff", CHECKOUT, code["commit"], code["patch"])
            signoff = held.enter_context(_checked_out(store, at, folder / "signoff"))
        if "masked" in (code["note"] or ""):
            notes.append(f"Of its uncommitted changes, {code['note']}.")
        project = folder / "empty"
        project.mkdir()
        if code.get("project_commit"):
            top = held.enter_context(_project(store, execution, folder / "project"))
            project = top or project
            notes += [_NO_PROJECT] if top is None else []
        yield Source(signoff, project, tuple(notes))


@contextmanager
def _project(store: Store, execution: Execution, folder: Path) -> Iterator[Path | None]:
    """The project as it was; None where its commit is not here."""
    ours, code = settings().project, execution.code
    commit = code["project_commit"]
    if ours is None or git(ours, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        yield None
        return
    within = (git(ours, "rev-parse", "--show-prefix") or b"").decode().strip().rstrip("/")
    at = _Commit(execution.number, "the project", ours, commit, code["project_patch"], within)
    with _checked_out(store, at, folder) as top:
        yield top / within


def _is_here(execution: Execution) -> bool:
    """Whether only the digest of its source can tell its code, and says that it is this one."""
    commit = execution.code["commit"]
    known = CHECKOUT and commit and git(CHECKOUT, "cat-file", "-e", f"{commit}^{{commit}}")
    return known is None and source_digest("core") == execution.code["source"]


@dataclass(frozen=True, slots=True)
class _Commit:
    """Of ``what`` execution ``number`` ran, and the digest of what was changed since. ``within``:
    the folder of the repository that paths of the patch begin in.
    """

    number: int
    what: str
    repository: Path | None
    commit: str | None
    patch: str | None
    within: str = ""


@contextmanager
def _checked_out(store: Store, at: _Commit, folder: Path) -> Iterator[Path]:
    repository, commit = _require_known(at)
    try:
        words = ("worktree", "add", "--detach", "--force", str(folder), commit)
        if git(repository, *words, seconds=_SECONDS) is None:
            raise RefusedError(
                f"git could not check out {commit[:10]} of {repository}",
                f"Try it by hand: git worktree add --detach FOLDER {commit[:10]}",
            )
        if at.patch:
            _apply(store, at, folder)
        yield folder
    finally:
        git(repository, "worktree", "remove", "--force", str(folder), seconds=_SECONDS)


def _require_known(at: _Commit) -> tuple[Path, str]:
    if at.commit is None:
        raise RefusedError(
            f"#{at.number} ran a {at.what} that was in no git repository: only a digest of its"
            " code is known, and the code here is another",
            "Install the version that ran it, and reproduce it there.",
        )
    if at.repository is None:
        raise RefusedError(
            f"#{at.number} ran commit {at.commit[:10]} of {at.what}, which is installed here"
            " without its history",
            f"Clone the repository of {at.what}, check that commit out, and reproduce it there.",
        )
    if git(at.repository, "cat-file", "-e", f"{at.commit}^{{commit}}") is None:
        raise RefusedError(
            f"#{at.number} ran commit {at.commit[:10]} of {at.what}, which is not in"
            f" {at.repository}",
            "Fetch it: git fetch --unshallow, or from where it was committed.",
        )
    return at.repository, at.commit


def _apply(store: Store, at: _Commit, folder: Path) -> None:
    """Change the checkout as the tree was changed since its commit."""
    try:
        patch = store.artifacts.read(str(at.patch))
    except NotFoundError as error:
        raise RefusedError(
            f"#{at.number} ran uncommitted changes of {at.what} that are no longer kept",
            error.hint,
        ) from error
    if git(folder, *_APPLY, f"--directory={at.within}", "-", given=patch) is None:
        raise RefusedError(
            f"The uncommitted changes of {at.what} that #{at.number} ran no longer apply to"
            f" {str(at.commit)[:10]}",
            "Lines that looked like secrets were masked in them, or the patch is damaged: signoff"
            f" executions show {at.number} says which.",
        )
