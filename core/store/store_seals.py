"""Posts of sealed tests whose texts are not in the table of posts, and where they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.batches import batches
from core.errors import ConflictError
from core.store.database import IDS_AT_ONCE
from core.store.tables import PostRow, StoreSealRow


class PostTexts(NamedTuple):
    """Whatever of a post is text, but for its id and its subreddit. Hundreds of thousands come."""

    id: str
    title: str
    body: str
    domain: str
    url: str
    flair: str


_POSTS = cast("Table", PostRow.__table__)
TEXTS = PostTexts._fields[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSeal:
    """See :class:`core.store.tables.StoreSealRow`."""

    id: int
    snapshot: str
    file: str
    scrubbed: bool


def of_snapshot(session: Session, snapshot: str) -> StoreSeal | None:
    """The seal of a snapshot (digest) in the store; None where its posts are in the clear."""
    return next(iter(_seals(session, snapshot)), None)


def listing(session: Session) -> list[StoreSeal]:
    """All there are, the oldest first."""
    return _seals(session)


def sealed_by(session: Session, ids: Iterable[str]) -> dict[int, int]:
    """The seals that posts among ``ids`` are under -> how many."""
    found: dict[int, int] = {}
    for part in batches(ids, IDS_AT_ONCE):
        query = select(PostRow.seal, func.count()).where(PostRow.id.in_(part))
        for seal, posts in session.execute(query.group_by(PostRow.seal)):
            if seal is not None:
                found[seal] = found.get(seal, 0) + posts
    return found


def count(session: Session, *, since: int | None = None, until: int | None = None) -> int:
    """Sealed posts of that span of epoch seconds, ``until`` not included."""
    query = select(func.count()).where(PostRow.seal.is_not(None))
    if since is not None:
        query = query.where(PostRow.created_utc >= since)
    if until is not None:
        query = query.where(PostRow.created_utc < until)
    return session.scalar(query) or 0


def posts_of(session: Session, seal: int) -> int:
    """How many posts are under a seal."""
    return session.scalar(select(func.count()).where(PostRow.seal == seal)) or 0


def texts(session: Session, ids: Iterable[str]) -> Iterator[list[tuple[int, PostTexts]]]:
    """The stored posts among ``ids``, in batches: the fingerprint of each, and its texts."""
    columns = [getattr(PostRow, name) for name in PostTexts._fields]
    for part in batches(ids, IDS_AT_ONCE):
        query = select(PostRow.fingerprint, *columns).where(PostRow.id.in_(part))
        yield [(row[0], PostTexts(*row[1:])) for row in session.execute(query)]


def hide(session: Session, *, snapshot: str, file: str, fingerprints: Mapping[str, int]) -> None:
    """Take the texts of posts out of the table: they are in ``file``.

    Args:
        fingerprints: post -> the fingerprint of what the file holds of it.

    Raises:
        ConflictError: one was changed, erased or sealed meanwhile.
    """
    if of_snapshot(session, snapshot) is not None:
        raise ConflictError(
            "Another process has just sealed these posts in the store", "Nothing is left to do."
        )
    seal = session.scalar(
        insert(StoreSealRow)
        .values(snapshot=snapshot, file=file, scrubbed=False)
        .returning(StoreSealRow.id)
    )
    empty = dict.fromkeys(TEXTS, "")
    for ids in batches(fingerprints, IDS_AT_ONCE):
        query = select(PostRow.id, PostRow.fingerprint).where(
            PostRow.id.in_(ids), PostRow.seal.is_(None)
        )
        now = {row.id: row.fingerprint for row in session.execute(query)}
        if now != {post: fingerprints[post] for post in ids}:
            raise ConflictError(
                "Posts of the test split were changed or erased while they were being sealed",
                "Nothing was sealed in the store. Run the command again.",
            )
        session.execute(update(PostRow).where(PostRow.id.in_(ids)).values(seal=seal, **empty))


def show(
    session: Session, seal: int, posts: Iterable[Sequence[PostTexts]], *, execution: int
) -> int:
    """Put the texts of posts back into the table, and end their seal; how many came back. Posts
    that were erased meanwhile do not.

    Args:
        posts: in batches.
        execution: the run that brings them: whatever rests on the stored posts is made anew.
    """
    before = posts_of(session, seal)
    given: dict[str, Any] = {name: bindparam(f"its_{name}") for name in TEXTS}
    restoring = (
        update(_POSTS)
        .where(PostRow.id == bindparam("its_id"), PostRow.seal == seal)
        .values(**given, seal=None, execution=execution)
    )
    for some in posts:
        values = [{f"its_{name}": text for name, text in post._asdict().items()} for post in some]
        session.connection().execute(restoring, values)
    left = posts_of(session, seal)
    if left:
        raise ConflictError(
            f"The sealed file lacks {left:,} posts that it should hold",
            "Nothing was changed. Restore the workspace from a backup.",
        )
    session.execute(delete(StoreSealRow).where(StoreSealRow.id == seal))
    return before


def files(session: Session) -> dict[str, str]:
    """Snapshot -> the sealed file of its texts, of those that are sealed in the store."""
    return {seal.snapshot: seal.file for seal in listing(session)}


def reseal(session: Session, snapshot: str, *, before: str, after: str) -> None:
    """Name another file, unless the seal names yet another by now."""
    session.execute(
        update(StoreSealRow)
        .where(StoreSealRow.snapshot == snapshot, StoreSealRow.file == before)
        .values(file=after)
    )


def mark_scrubbed(session: Session, seal: int) -> None:
    """Nothing of the texts is left in the database's files."""
    session.execute(update(StoreSealRow).where(StoreSealRow.id == seal).values(scrubbed=True))


def _seals(session: Session, *snapshots: str) -> list[StoreSeal]:
    query = select(StoreSealRow).order_by(StoreSealRow.id)
    if snapshots:
        query = query.where(StoreSealRow.snapshot.in_(snapshots))
    names = [field.name for field in fields(StoreSeal)]
    return [StoreSeal(**{n: getattr(row, n) for n in names}) for row in session.scalars(query)]
