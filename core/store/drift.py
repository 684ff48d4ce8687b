"""What models predict of new posts: which posts there are, the files, the figures of windows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.batches import batches
from core.errors import ConflictError
from core.hints import Command, Hint
from core.store import erasure
from core.store.database import IDS_AT_ONCE
from core.store.executions import RUNNING
from core.store.labels import SOURCE
from core.store.tables import ExecutionRow, PostRow, SubredditRow, VersionRow
from core.store.tables_drift import DriftFileRow, DriftModelRow, DriftWindowRow
from core.store.tables_feedback import SubmissionRow
from core.store.types import Json

REFERENCE = "reference"
"""The part that holds the model's own validation split; the others are months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedThrough:
    """How far posts were looked through, see :class:`.tables_drift.DriftModelRow`."""

    model: str
    written_since: int
    words: str
    left_out: dict[str, int]
    sealed: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFile:
    """A file of predictions, see :class:`.tables_drift.DriftFileRow`."""

    model: str
    part: str
    file: str
    posts: int
    newest: int
    execution: int
    erased_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWindow:
    """The stored figures of a window, see :class:`.tables_drift.DriftWindowRow`."""

    model: str
    window: str
    begins: int
    content: str
    figures: Json


class Candidate(NamedTuple):
    """A post that may be predicted; millions come, so it is a plain tuple."""

    id: str
    created_utc: int
    execution: int


class NewPost(NamedTuple):
    """A post as a model reads it."""

    id: str
    subreddit: str
    created_utc: int
    title: str
    body: str
    is_self: bool
    domain: str


class Submitted(NamedTuple):
    """A text that a version answered. ``at``: epoch seconds."""

    at: int
    p_at_1: float


def unread_since(session: Session) -> int:
    """The number from which on executions may still write posts that are not here now."""
    running = select(func.min(ExecutionRow.number)).where(ExecutionRow.status == RUNNING)
    newest = session.scalar(select(func.max(ExecutionRow.number))) or 0
    return session.scalar(running) or newest + 1


def candidates(
    session: Session, *, since: int, until: int, written_since: int
) -> Iterator[list[Candidate]]:
    """Posts of that span of epoch seconds (``until`` not included) that executions from
    ``written_since`` on wrote, in batches. Texts of users are not among them.
    """
    # As a sum, so that SQLite takes the index of executions: few posts are new, but all are later.
    moment = PostRow.created_utc + 0 if written_since else PostRow.created_utc
    query = select(PostRow.id, PostRow.created_utc, PostRow.execution).where(
        moment >= since, moment < until, PostRow.source != SOURCE
    )
    if written_since:
        query = query.where(PostRow.execution >= written_since)
    result = session.execute(query.execution_options(yield_per=IDS_AT_ONCE))
    for rows in result.partitions():
        yield [Candidate._make(row) for row in rows]


def later(session: Session, moment: int) -> int:
    """How many posts claim to be from that moment or after it."""
    query = select(func.count()).where(PostRow.created_utc >= moment, PostRow.source != SOURCE)
    return session.scalar(query) or 0


def contents(session: Session, ids: Iterable[str]) -> list[NewPost]:
    """What models read of the posts that exist among ``ids``, in no order."""
    query = select(
        PostRow.id,
        SubredditRow.name,
        PostRow.created_utc,
        PostRow.title,
        PostRow.body,
        PostRow.is_self,
        PostRow.domain,
    ).join(SubredditRow)
    found: list[NewPost] = []
    for some in batches(ids, IDS_AT_ONCE):
        found += [NewPost._make(row) for row in session.execute(query.where(PostRow.id.in_(some)))]
    return found


def written_by(session: Session, ids: Iterable[str]) -> dict[str, int]:
    """Post -> the execution that wrote it last, of the posts that exist among ``ids``."""
    found: dict[str, int] = {}
    for some in batches(ids, IDS_AT_ONCE):
        query = select(PostRow.id, PostRow.execution).where(PostRow.id.in_(some))
        found |= {row.id: row.execution for row in session.execute(query)}
    return found


def submissions(session: Session, *, training: int) -> list[Submitted]:
    """The texts that versions of a training suggested something for, oldest first."""
    query = (
        select(SubmissionRow.at, SubmissionRow.p_at_1)
        .join(VersionRow, SubmissionRow.version == VersionRow.version)
        .where(
            VersionRow.candidate == training,
            SubmissionRow.p_at_1.is_not(None),
            SubmissionRow.source != "shadow",
        )
        .order_by(SubmissionRow.at, SubmissionRow.id)
    )
    return [Submitted(int(at.timestamp()), float(p or 0)) for at, p in session.execute(query)]


def watched(session: Session, model: str) -> LookedThrough | None:
    """How far a model's posts were looked through; None: never."""
    row = session.get(DriftModelRow, model)
    return None if row is None else LookedThrough(**_values(row, LookedThrough))


def replace_files(
    session: Session,
    *,
    before: Mapping[str, DriftFile],
    files: Sequence[DriftFile],
    now: LookedThrough,
) -> None:
    """Name new files of a model, and how far its posts were looked through.

    Args:
        before: its files as the new ones were made of.

    Raises:
        ConflictError: it has others by now.
    """
    if files_of(session, now.model) != before:
        raise ConflictError(
            "Another run has just predicted posts with the same model",
            Hint("Look again.", Command("drift")),
        )
    put_files(session, files)
    session.merge(DriftModelRow(**asdict(now)))


def put_files(session: Session, files: Iterable[DriftFile]) -> None:
    """Name files in the place of those that stand for the same parts."""
    for file in files:
        session.merge(DriftFileRow(**asdict(file)))


def files_of(session: Session, model: str) -> dict[str, DriftFile]:
    """Part -> its file, the months in order, the reference behind them."""
    query = select(DriftFileRow).where(DriftFileRow.model == model).order_by(DriftFileRow.part)
    return {row.part: DriftFile(**_values(row, DriftFile)) for row in session.scalars(query)}


def files_before(session: Session, tombstone: int) -> list[DriftFile]:
    """Files in which tombstones up to this number are not heeded yet."""
    query = select(DriftFileRow).where(DriftFileRow.erased_until < tombstone)
    return [DriftFile(**_values(row, DriftFile)) for row in session.scalars(query)]


def swap_file(session: Session, before: DriftFile, after: DriftFile | None) -> bool:
    """Name another file, or none, unless the part has another one by now: then False."""
    same = (
        DriftFileRow.model == before.model,
        DriftFileRow.part == before.part,
        DriftFileRow.file == before.file,
    )
    if after is None:
        changed = delete(DriftFileRow).where(*same).returning(DriftFileRow.part)
        return session.execute(changed).first() is not None
    values = {name: getattr(after, name) for name in ("file", "posts", "newest", "erased_until")}
    swapped = update(DriftFileRow).where(*same).values(values).returning(DriftFileRow.part)
    return session.execute(swapped).first() is not None


def windows(session: Session, model: str, window: str) -> dict[int, DriftWindow]:
    """First moment -> the stored figures of that window."""
    query = select(DriftWindowRow).where(
        DriftWindowRow.model == model, DriftWindowRow.window == window
    )
    return {row.begins: DriftWindow(**_values(row, DriftWindow)) for row in session.scalars(query)}


def write_windows(session: Session, made: Sequence[DriftWindow], *, erased_until: int) -> None:
    """Store figures in the place of earlier ones, unless a post was erased since they were made.

    Args:
        erased_until: the newest tombstone then.
    """
    if erasure.newest(session) != erased_until:
        return
    for each in made:
        session.merge(DriftWindowRow(**asdict(each)))


def forget_windows(session: Session, file: DriftFile) -> None:
    """Delete the figures that are made of a file: of the windows of its month, of all windows if it
    is the reference. Whoever looks at them computes them anew.
    """
    made = [DriftWindowRow.model == file.model]
    if file.part != REFERENCE:
        month, one = np.datetime64(file.part, "M"), np.timedelta64(1, "M")
        around = (month - one, month + one)
        begins, ends = (int(m.astype("datetime64[s]").astype(int)) for m in around)
        made += [DriftWindowRow.begins >= begins, DriftWindowRow.begins < ends]
    session.execute(delete(DriftWindowRow).where(*made))


def _values(row: object, kind: type) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(kind)}
