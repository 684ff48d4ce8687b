"""The tables. What a column means is written here; the queries are in the other modules."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.store.types import ARTIFACT, MENTIONS, ArtifactDigest, Base, Digest, Json


class ExecutionRow(Base):
    """One recorded run of one step. Numbers only grow, a finished one never changes."""

    __tablename__ = "executions"
    __table_args__ = (
        CheckConstraint(
            "status in ('running', 'succeeded', 'failed', 'interrupted')", name="status"
        ),
        Index("ix_executions_cache_key", "cache_key", "status"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    command: Mapped[str]
    params: Mapped[Json]
    inputs: Mapped[Json] = mapped_column(info=MENTIONS)
    outputs: Mapped[Json] = mapped_column(info=MENTIONS)
    metrics: Mapped[Json]
    code: Mapped[Json] = mapped_column(info=MENTIONS)
    environment: Mapped[Json]
    process: Mapped[Json]
    """Host, process id and token: :mod:`core.store.presence` tells by them whether it goes on."""
    cache_key: Mapped[Digest | None]
    error: Mapped[str | None]
    log: Mapped[str | None] = mapped_column(info=ARTIFACT)
    peak_memory_mib: Mapped[float | None]
    purpose: Mapped[str | None] = mapped_column(String(16))
    """What it was run for: ``noise``, ``tune``, ``backtest`` or ``look``; None where somebody asked
    for it.
    """


class SubredditRow(Base):
    """A label. Compared without case, shown as Reddit writes it."""

    __tablename__ = "subreddits"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)


class SubredditFactsRow(Base):
    """What Reddit says of a subreddit."""

    __tablename__ = "subreddit_facts"

    subreddit_id: Mapped[int] = mapped_column(ForeignKey("subreddits.id"), primary_key=True)
    subscribers: Mapped[int | None] = mapped_column(BigInteger)
    over_18: Mapped[bool]
    description: Mapped[str]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class SubredditRankRow(Base):
    """A place in one ranking by popularity; all of them are kept."""

    __tablename__ = "subreddit_ranks"

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), primary_key=True)
    subreddit_id: Mapped[int] = mapped_column(
        ForeignKey("subreddits.id"), primary_key=True, index=True
    )
    rank: Mapped[int]


class CollectionRow(Base):
    """How far a subreddit has been read, and how it was met the last time."""

    __tablename__ = "collections"

    subreddit_id: Mapped[int] = mapped_column(ForeignKey("subreddits.id"), primary_key=True)
    mark: Mapped[int | None] = mapped_column(BigInteger)
    """Epoch seconds: of the posts until then, the newest ``reach`` were read."""
    reach: Mapped[int]
    whole_at: Mapped[datetime | None]
    """When its listing was last read further than to what was known."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
    failures: Mapped[int]
    """In a row, the last one included."""
    retry_at: Mapped[datetime | None]
    """It waits until then."""


class PostRow(Base):
    """One Reddit submission. Authors are never stored."""

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_created_utc", "created_utc", "id"),
        Index("ix_posts_seal", "seal", sqlite_where=text("seal IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    subreddit_id: Mapped[int] = mapped_column(ForeignKey("subreddits.id"), index=True)
    created_utc: Mapped[int] = mapped_column(BigInteger)
    """Seconds since the epoch, as Reddit gives them."""
    title: Mapped[str]
    body: Mapped[str]
    is_self: Mapped[bool]
    domain: Mapped[str]
    url: Mapped[str]
    score: Mapped[int]
    num_comments: Mapped[int]
    over_18: Mapped[bool]
    flair: Mapped[str]
    source: Mapped[str] = mapped_column(String(16))
    """``file``, ``reddit``, ``generated``, or ``feedback``: made of a text that a user sent."""
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    """64 bits of the content: tells an unchanged row from a corrected one."""
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), index=True)
    """The execution that wrote this content."""
    seal: Mapped[int | None]
    """The ``id`` in ``store_seals`` where its title, body, domain, url and flair are, which are
    empty here; None: they are here. No foreign key, which SQLite cannot add to a table.
    """


class StoreSealRow(Base):
    """The texts of a sealed test's posts, taken out of ``posts`` and kept in an encrypted file."""

    __tablename__ = "store_seals"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), unique=True)
    file: Mapped[ArtifactDigest]
    scrubbed: Mapped[bool]
    """Nothing of the texts is left in the free space of the database's files either."""


class TombstoneRow(Base):
    """A post that was erased. It never comes back, whatever brings it."""

    __tablename__ = "tombstones"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(primary_key=True)
    """Only grows: what has been done about the posts before it is told by a number."""
    post_id: Mapped[str] = mapped_column(String(16), unique=True)
    subreddit_id: Mapped[int | None] = mapped_column(ForeignKey("subreddits.id"))
    """None, as the moment, of a post that was never here and must never come."""
    created_utc: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(16))
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"))
    scrubbed: Mapped[bool]
    """Nothing of it is left in the free space of the database's files either."""


class AbsenceRow(Base):
    """A post that Reddit was asked for and did not show."""

    __tablename__ = "absences"

    post_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[datetime]


class RecheckRow(Base):
    """How far the newest round of asking Reddit for stored posts has come."""

    __tablename__ = "rechecks"

    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``reddit``: posts that came from its API. ``all``: those of files, too."""
    began_at: Mapped[datetime]
    cursor: Mapped[str] = mapped_column(String(16))
    """The last id that was asked for; they are asked for in order."""
    ended_at: Mapped[datetime | None]


class SplitFileRow(Base):
    """An artifact with posts in it. Written down before it is made, so that none can be forgotten
    when a post is erased.
    """

    __tablename__ = "split_files"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"))
    """The last one that made it."""


class SnapshotRow(Base):
    """An immutable set of posts with its splits, named by its content."""

    __tablename__ = "snapshots"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(unique=True)
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"))
    created_at: Mapped[datetime]
    split: Mapped[str] = mapped_column(String(16))
    rules: Mapped[Json]
    normaliser: Mapped[int]
    splits: Mapped[Json]
    """Split -> number of posts."""
    cutoffs: Mapped[Json]
    """``valid``, ``test`` -> its first moment, ``end`` -> the moment after the last post, in epoch
    seconds; empty for a random split."""
    subreddits: Mapped[int]
    left_out: Mapped[Json]
    """Reason -> number of posts that the rules left out."""
    generated: Mapped[bool]
    """True if any post was generated for the demo."""
    train: Mapped[ArtifactDigest]
    valid: Mapped[ArtifactDigest]
    sealed_test: Mapped[ArtifactDigest]
    """The encrypted test split."""
    erased: Mapped[Json]
    """Split -> number of its posts whose text was erased since; only splits that have any."""
    erased_until: Mapped[int]
    """The tombstones up to this number are heeded in its files."""


class FingerprintsRow(Base):
    """Where the fingerprints of a snapshot's texts are, sealed as its test split is."""

    __tablename__ = "fingerprints"

    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), primary_key=True)
    sealed: Mapped[ArtifactDigest]


class SharedTextsRow(Base):
    """Which share of the texts of a snapshot's sealed test the splits of another one hold.

    Appended, never changed: triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "shared_texts"

    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), primary_key=True)
    holder: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), primary_key=True)
    train: Mapped[float]
    valid: Mapped[float]
    test: Mapped[float]


class ModelRow(Base):
    """What one training made. Two executions may make the same bytes."""

    __tablename__ = "models"

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), primary_key=True)
    digest: Mapped[ArtifactDigest] = mapped_column(index=True)
    family: Mapped[str] = mapped_column(String(32))
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), index=True)
    normaliser: Mapped[int]
    subreddits: Mapped[int]
    """How many it can name; which, the model itself says."""


class EvaluationRow(Base):
    """One model applied to one split: where its table and its aggregates are."""

    __tablename__ = "evaluations"
    __table_args__ = (Index("ix_evaluations_model", "model_execution", "snapshot", "split"),)

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), primary_key=True)
    model_execution: Mapped[int] = mapped_column(ForeignKey("models.execution"))
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"))
    split: Mapped[str] = mapped_column(String(16))
    posts: Mapped[int]
    k: Mapped[int]
    metrics: Mapped[Json]
    predictions: Mapped[ArtifactDigest]
    subreddits: Mapped[ArtifactDigest]
    summary: Mapped[ArtifactDigest]


class ComparisonRow(Base):
    """A baseline evaluation against a candidate evaluation."""

    __tablename__ = "comparisons"
    __table_args__ = (Index("ix_comparisons_pair", "baseline", "candidate"),)

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), primary_key=True)
    baseline: Mapped[int] = mapped_column(ForeignKey("evaluations.execution"))
    candidate: Mapped[int] = mapped_column(ForeignKey("evaluations.execution"))
    summary: Mapped[ArtifactDigest]
    changes: Mapped[ArtifactDigest]
    slices: Mapped[ArtifactDigest | None]
    """None where the posts cannot be laid side by side."""


class NoiseRow(Base):
    """What retraining alone did to one configuration on one snapshot."""

    __tablename__ = "noise"
    __table_args__ = (Index("ix_noise_of", "snapshot", "configuration"),)

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), primary_key=True)
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"))
    configuration: Mapped[Digest]
    """Of family and parameters; seed and threads are what varies."""
    repeats: Mapped[int]
    metrics: Mapped[ArtifactDigest]
    subreddits: Mapped[ArtifactDigest]


class VersionRow(Base):
    """A released model ``YYYYMMDD.N``. The database, not the caller, hands out the N."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("day", "n"),)

    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[str] = mapped_column(String(8))
    n: Mapped[int]
    candidate: Mapped[int] = mapped_column(ForeignKey("models.execution"), unique=True)
    created_at: Mapped[datetime]


class AliasRow(Base):
    """A movable name for a version."""

    __tablename__ = "aliases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("versions.version"))


class RecordRow(Base):
    """A row that has its entry in the audit log."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))


class ReleaseEventRow(RecordRow):
    """One decision. Appended, never changed: triggers refuse UPDATE and DELETE."""

    __tablename__ = "release_events"
    __table_args__ = (
        Index("uq_release_events_opening", "opening", unique=True),
        {"sqlite_autoincrement": True},
    )

    candidate: Mapped[int] = mapped_column(ForeignKey("models.execution"), index=True)
    version: Mapped[str | None]
    alias: Mapped[str | None] = mapped_column(String(32), index=True)
    before: Mapped[str | None]
    """The version that the alias named before the move."""
    comment: Mapped[str]
    comparison: Mapped[int | None] = mapped_column(ForeignKey("comparisons.execution"))
    """The evidence that was shown."""
    evaluation: Mapped[int | None] = mapped_column(ForeignKey("evaluations.execution"))
    """Of the candidate on the opened test."""
    snapshot: Mapped[str | None] = mapped_column(ForeignKey("snapshots.digest"), index=True)
    """Whose sealed test was opened, or refused to be."""
    baseline: Mapped[int | None] = mapped_column(ForeignKey("models.execution"))
    """What was in production then, and is tested with the candidate."""
    opening: Mapped[int | None] = mapped_column(ForeignKey("release_events.id"))
    """The event of the opening whose result this is: it has one."""
    verdict: Mapped[str | None] = mapped_column(String(16))
    """What all gates together said of the opened test."""
    shown: Mapped[Digest | None]
    """Of everything that was shown to who decided."""
    override: Mapped[str | None]
    """Why a failed gate was overridden."""
    share: Mapped[float | None]
    """Of the callers whom a canary serves."""
    policy: Mapped[str | None]
    """The digest of the release policy that it was judged by; None of decisions that none judges,
    and of those before policies were adopted."""


class AccessEventRow(RecordRow):
    """A role or an API token given or taken. Appended, never changed, as release events are."""

    __tablename__ = "access_events"
    __table_args__ = (
        Index("uq_access_events_secret", "secret", unique=True),
        {"sqlite_autoincrement": True},
    )

    name: Mapped[str]
    """Whose role it is, or the name of the token."""
    role: Mapped[str | None] = mapped_column(String(16))
    """The role that was given; None where one was taken."""
    secret: Mapped[Digest | None]
    """SHA-256 of the secret of a token that was made. The secret itself is nowhere."""
    expires_at: Mapped[datetime | None]
    """When a token ends by itself; None: never."""
    public_key: Mapped[Digest | None]
    """Ed25519, in hexadecimal: of a key that signs entries of the audit log."""
    service: Mapped[bool | None]
    """Whether that key signs in the names of others."""


class AuditRow(Base):
    """One entry of the audit log. Appended, never changed: triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, 3, … without a gap."""
    content: Mapped[str]
    """Who, what, before, after, when, evidence, and the record it is of: canonical JSON."""
    previous: Mapped[Digest]
    digest: Mapped[Digest]
    """Of ``previous`` and ``content``, as ``core.audit.chain`` says."""
