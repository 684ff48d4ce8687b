"""Which texts of a sealed test other snapshots hold, and the fingerprints that tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.store.tables import EvaluationRow, FingerprintsRow, SharedTextsRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTexts:
    """The share of the texts of the sealed test of ``snapshot`` that each split of ``holder``
    holds, from 0 to 1. Both are digests.
    """

    snapshot: str
    holder: str
    train: float
    valid: float
    test: float


def fingerprints(session: Session) -> dict[str, str]:
    """Snapshot -> the sealed file of its fingerprints; without those that have none."""
    query = select(FingerprintsRow.snapshot, FingerprintsRow.sealed)
    return {row.snapshot: row.sealed for row in session.execute(query)}


def reseal(session: Session, snapshot: str, *, before: str, after: str) -> None:
    """Name another file, unless the snapshot has yet another by now."""
    session.execute(
        update(FingerprintsRow)
        .where(FingerprintsRow.snapshot == snapshot, FingerprintsRow.sealed == before)
        .values(sealed=after)
    )


def pairs(session: Session) -> list[SharedTexts]:
    """What is known of every two snapshots."""
    return [
        SharedTexts(
            snapshot=row.snapshot,
            holder=row.holder,
            train=row.train,
            valid=row.valid,
            test=row.test,
        )
        for row in session.scalars(select(SharedTextsRow))
    ]


def known(session: Session) -> set[tuple[str, str]]:
    """Snapshot and holder of every pair that was compared."""
    query = select(SharedTextsRow.snapshot, SharedTextsRow.holder)
    return {(row.snapshot, row.holder) for row in session.execute(query)}


def insert(session: Session, *, files: Mapping[str, str], pairs: Iterable[SharedTexts]) -> None:
    """Name the files of fingerprints, in the place of earlier ones, and add pairs, but for those
    that another process has added meanwhile.

    Args:
        files: snapshot -> its sealed file.
    """
    session.flush()  # a snapshot of this transaction
    for snapshot, sealed in files.items():
        session.merge(FingerprintsRow(snapshot=snapshot, sealed=sealed))
    for pair in pairs:
        if session.get(SharedTextsRow, (pair.snapshot, pair.holder)) is None:
            session.add(SharedTextsRow(**asdict(pair)))


def evaluated(session: Session) -> set[tuple[str, str, int]]:
    """Snapshot, split and training execution of every model that was ever evaluated."""
    columns = EvaluationRow.snapshot, EvaluationRow.split, EvaluationRow.model_execution
    return {(row[0], row[1], row[2]) for row in session.execute(select(*columns).distinct())}
