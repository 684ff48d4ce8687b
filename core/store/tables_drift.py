"""The tables of how released models do on the posts that came after their training."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.store.types import ArtifactDigest, Base, Digest, Json


class DriftModelRow(Base):
    """A model whose predictions of new posts are kept."""

    __tablename__ = "drift_models"

    model: Mapped[Digest] = mapped_column(primary_key=True)
    written_since: Mapped[int]
    """Posts that executions from this number on wrote have not been looked through."""
    words: Mapped[ArtifactDigest]
    """The file of the words of its training posts, as hashes."""
    left_out: Mapped[Json]
    """Reason -> number of posts that were not predicted."""
    sealed: Mapped[Json]
    """Day, as ``2026-05-31`` -> number of its posts that may be in a sealed test split."""


class DriftFileRow(Base):
    """What a model predicts of the posts of one month, or of its own validation split."""

    __tablename__ = "drift_files"
    __table_args__ = (Index("ix_drift_files_erased_until", "erased_until"),)

    model: Mapped[Digest] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``2026-05``, or ``reference``."""
    file: Mapped[ArtifactDigest] = mapped_column(index=True)
    posts: Mapped[int]
    newest: Mapped[int] = mapped_column(BigInteger)
    """The moment of its newest post, in epoch seconds."""
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"))
    """The last one that wrote it."""
    erased_until: Mapped[int]
    """The tombstones up to this number are heeded in it."""


class DriftWindowRow(Base):
    """The figures of one window, kept as long as what they are made of stays the same."""

    __tablename__ = "drift_windows"

    model: Mapped[Digest] = mapped_column(primary_key=True)
    window: Mapped[str] = mapped_column(String(8), primary_key=True)
    """``day``, ``week`` or ``month``."""
    begins: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Epoch seconds."""
    content: Mapped[Digest]
    """Of the files and the code that they are made of."""
    figures: Mapped[Json]
    """Empty where it has no posts."""
