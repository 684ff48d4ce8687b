"""What an execution read, given to a workspace of its own: no key, no sealed test, no result."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.comparison.topics import FILE as TOPICS
from core.comparison.topics import topics_file
from core.errors import RefusedError
from core.evaluation.evaluate import of_execution as evaluation_of
from core.hints import Command, Hint
from core.reproduction.words import COMPARE, EVALUATE, SNAPSHOT, require_unsealed
from core.snapshots import find
from core.store import Store, store_seals
from core.store import models as models_table
from core.store.excerpt import Rows, copy_files, copy_rows
from core.store.executions import Execution
from core.store.models import Model
from core.training import ensemble
from core.training.train import of_execution as model_of

_POSTS = ("subreddits", "subreddit_facts", "posts", "tombstones")


@dataclass(slots=True)
class _Needed:
    """Executions by number, snapshots and artifacts by digest; ``tables``: all of their rows."""

    store: Store
    executions: set[int] = field(default_factory=set)
    snapshots: set[str] = field(default_factory=set)
    models: set[int] = field(default_factory=set)
    evaluations: set[int] = field(default_factory=set)
    noise: set[int] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    tables: tuple[str, ...] = ()

    def snapshot(self, digest: str) -> None:
        """With what is not sealed of it."""
        found = find(self.store, digest)
        self.snapshots.add(found.digest)
        self.executions.add(found.execution)
        self.files |= {found.train, found.valid}

    def model(self, number: int) -> None:
        found = model_of(self.store, number)
        self.models.add(number)
        self.executions.add(number)
        self.snapshot(found.snapshot)
        self.files |= set(_files(self.store, found))

    def evaluation(self, number: int) -> None:
        found = evaluation_of(self.store, number)
        self.evaluations.add(number)
        self.executions.add(number)
        self.model(found.model_execution)
        self.snapshot(found.snapshot)
        self.files |= {found.predictions, found.subreddits, found.summary}

    def rows(self) -> list[Rows]:
        return [
            Rows("executions", "number", self.executions | self.noise),
            Rows("snapshots", "digest", self.snapshots),
            Rows("models", "execution", self.models),
            Rows("evaluations", "execution", self.evaluations),
            Rows("noise", "execution", self.noise),
            *(Rows(table) for table in self.tables),
        ]


def require_open(store: Store, execution: Execution) -> None:
    """Raises RefusedError where running it again would need what is sealed."""
    if execution.kind == COMPARE:
        sides = (execution.inputs[side] for side in ("baseline", "candidate"))
        require_unsealed(*(evaluation_of(store, side).split for side in sides))
    if execution.kind == SNAPSHOT:
        with store.read() as session:
            sealed = store_seals.listing(session)
        if sealed:
            raise RefusedError(
                "Texts of posts are sealed in the store, so they cannot be frozen again",
                Hint(
                    "Recompute the snapshot's digest instead.",
                    Command("snapshot verify", execution.outputs["snapshot"][:12]),
                ),
            )


def give(store: Store, execution: Execution, home: Path, project: Path) -> tuple[str, ...]:
    """Copy what ``execution`` read into the workspace at ``home``; what is not as it was then, in
    sentences.

    Args:
        project: where it runs.

    Raises:
        NotFoundError, CorruptArtifactError: some of it is gone or damaged.
    """
    needed, inputs = _Needed(store), execution.inputs
    notes = list(_notes(store, execution))
    if execution.kind == SNAPSHOT:
        needed.tables = _POSTS
    elif execution.kind == EVALUATE:
        needed.model(inputs["training"])
        needed.snapshot(inputs["snapshot"])
    elif execution.kind == COMPARE:
        for side in ("baseline", "candidate"):
            needed.evaluation(inputs[side])
        _give_noise(needed, inputs.get("noise") or [])
        notes += _give_topics(store, inputs.get("topics"), home, project)
    else:
        needed.snapshot(inputs["snapshot"])
    copy_rows(store, home, needed.rows())
    copy_files(store, home, needed.files)
    return tuple(notes)


def _files(store: Store, model: Model) -> Iterable[str]:
    """Of a model and, if it is an ensemble, of its members, which may be ensembles."""
    ahead = [(model.family, model.digest)]
    while ahead:
        family, digest = ahead.pop()
        yield digest
        if family == ensemble.NAME:
            manifest = ensemble.Manifest.read(store.artifacts.open(digest))
            ahead += [(member.family, member.digest) for member in manifest.members]


def _give_noise(needed: _Needed, numbers: Collection[int | None]) -> None:
    """The measurements that the comparison held its differences against, and no newer ones."""
    with needed.store.read() as session:
        measured = models_table.noises(session)
    for found in measured:
        if found.execution in numbers:
            needed.noise.add(found.execution)
            needed.files |= {found.metrics, found.subreddits}


def _give_topics(store: Store, digest: str | None, home: Path, project: Path) -> list[str]:
    """The groups of topics, where those of that time are here, put where the code looks for them:
    in the project or, in none or before there were projects, in the workspace.
    """
    known = [path for path in (project / TOPICS, topics_file(store.home)) if path.is_file()]
    content = next(filter(partial(_is, digest), (path.read_bytes() for path in known)), None)
    (project / TOPICS).unlink(missing_ok=True)
    if content is not None:
        for folder in (home, project):
            (folder / TOPICS).write_bytes(content)
    same = digest is None or content is not None
    return [] if same else [f"{TOPICS} is not what it was, so the groups of topics are others."]


def _is(digest: str | None, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == digest


def _notes(store: Store, execution: Execution) -> Iterable[str]:
    digest = execution.inputs.get("snapshot")
    erased = find(store, digest).erased if isinstance(digest, str) else {}
    if any(erased.values()):
        posts = sum(erased.values())
        yield f"{posts:,} posts were erased from the snapshot, before or after this execution."
