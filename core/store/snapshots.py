"""Snapshots: what was frozen, found by name or by digest."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.errors import ConflictError
from core.store.tables import SnapshotRow
from core.store.types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An immutable set of posts with its splits. See :class:`core.store.tables.SnapshotRow`."""

    digest: str
    name: str | None
    execution: int
    created_at: datetime
    split: str
    rules: Json
    normaliser: int
    splits: dict[str, int]
    cutoffs: dict[str, int]
    subreddits: int
    left_out: dict[str, int]
    generated: bool
    train: str
    valid: str
    sealed_test: str
    erased: dict[str, int]
    erased_until: int

    @property
    def id(self) -> str:
        """What people call it: its name, else the first twelve digits of its digest."""
        return self.name or self.digest[:12]

    @property
    def readable(self) -> dict[str, int]:
        """Split -> number of its posts that were not erased."""
        return {split: posts - self.erased.get(split, 0) for split, posts in self.splits.items()}

    @property
    def optimistic(self) -> bool:
        """A random split lets a model see the future, so its scores promise too much."""
        return self.split == "random"

    @property
    def trained_until(self) -> int:
        """The moment before which its training posts end, in epoch seconds.

        Later than need be where it is not known: a random split draws from everything.
        """
        return self.cutoffs.get("valid", self.test_span[1])

    @property
    def test_span(self) -> tuple[int, int]:
        """From which moment to before which the test split may hold posts, in epoch seconds.

        Wider than need be where it is not known: a random split draws from everything.
        """
        until = self.rules.get("until") or int(self.created_at.timestamp())
        begins = self.cutoffs.get("test", self.rules.get("since") or 0)
        return begins, self.cutoffs.get("end", until)


def insert(session: Session, snapshot: Snapshot) -> None:
    """Add a snapshot, unless another process froze the same one meanwhile.

    Raises:
        ConflictError: meanwhile another snapshot took its name.
    """
    if session.get(SnapshotRow, snapshot.digest) is not None:
        return
    if snapshot.name is not None and matching(session, snapshot.name):
        raise ConflictError(
            f"Somebody has just made a snapshot named {snapshot.name}", "Choose another --name."
        )
    session.add(SnapshotRow(**asdict(snapshot)))


def replace_files(session: Session, snapshot: Snapshot) -> None:
    """Name the files of ``snapshot`` where a snapshot of the same digest is kept."""
    files = {name: getattr(snapshot, name) for name in _FILES}
    session.execute(update(SnapshotRow).where(SnapshotRow.digest == snapshot.digest).values(files))


def reseal(session: Session, digest: str, *, before: str, after: str) -> None:
    """Name another sealed file, unless the snapshot names another one by now."""
    session.execute(
        update(SnapshotRow)
        .where(SnapshotRow.digest == digest, SnapshotRow.sealed_test == before)
        .values(sealed_test=after)
    )


def swap_files(session: Session, before: Snapshot, after: Snapshot) -> bool:
    """Compare-and-swap of :func:`replace_files`; False, and nothing changed, if the snapshot no
    longer names the files of ``before``.
    """
    now = get(session, before.digest)
    if now is None or _files(now) != _files(before):
        return False
    replace_files(session, after)
    return True


def get(session: Session, digest: str) -> Snapshot | None:
    row = session.get(SnapshotRow, digest)
    return None if row is None else _frozen(row)


def matching(session: Session, reference: str) -> list[Snapshot]:
    """Those with this name or with a digest that begins so (four digits at least)."""
    by_name = SnapshotRow.name == reference
    if len(reference) < 4:
        query = select(SnapshotRow).where(by_name)
    else:
        starts = SnapshotRow.digest.startswith(reference.lower(), autoescape=True)
        query = select(SnapshotRow).where(or_(by_name, starts))
    matches = [_frozen(row) for row in session.scalars(query)]
    return [s for s in matches if s.name == reference] or matches


def listing(session: Session) -> list[Snapshot]:
    """All of them, newest first."""
    query = select(SnapshotRow).order_by(SnapshotRow.execution.desc())
    return [_frozen(row) for row in session.scalars(query)]


def _files(snapshot: Snapshot) -> list[Any]:
    return [getattr(snapshot, name) for name in _FILES]


def _frozen(row: SnapshotRow) -> Snapshot:
    return Snapshot(**{field.name: getattr(row, field.name) for field in fields(Snapshot)})


_FILES = ("train", "valid", "sealed_test", "erased", "erased_until")
"""What the files of a snapshot are, and what of them was erased."""
