"""The tables, and the triggers that keep decisions from being changed.

Constraints get their names from the convention of ``core.store.types``.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    _make_posts()
    _make_erasure()
    _make_results()
    _make_releases()
    _make_feedback()
    _make_serving()
    for name, why in _APPEND_ONLY.items():
        op.execute(never(name, "UPDATE", why))
        op.execute(never(name, "DELETE", why))
    op.execute(never("versions", "UPDATE", "a version never changes"))
    op.execute(never("versions", "DELETE", "a version never goes away"))
    finished = "OLD.status != 'running'"
    op.execute(never("executions", "UPDATE", "a finished execution never changes", when=finished))
    op.execute(never("executions", "DELETE", "executions are kept"))


def _make_posts() -> None:
    op.create_table(
        "executions",
        _column("number", sa.Integer(), primary_key=True),
        _column("kind", sa.String(32), index=True),
        _column("status", sa.String(16)),
        _column("by", sa.String()),
        _column("started_at", UtcDateTime()),
        _column("finished_at", UtcDateTime(), nullable=True),
        _column("command", sa.String()),
        _column("params", sa.JSON()),
        _column("inputs", sa.JSON()),
        _column("outputs", sa.JSON()),
        _column("metrics", sa.JSON()),
        _column("code", sa.JSON()),
        _column("environment", sa.JSON()),
        _column("process", sa.JSON()),
        _column("cache_key", sa.String(64), nullable=True),
        _column("error", sa.String(), nullable=True),
        _column("log", sa.String(), nullable=True),
        _column("peak_memory_mib", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "status in ('running', 'succeeded', 'failed', 'interrupted')", name="status"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_executions_cache_key", "executions", ["cache_key", "status"])
    op.create_table(
        "subreddits",
        _column("id", sa.Integer(), primary_key=True),
        _column("name", sa.String()),
        _column("key", sa.String(), unique=True),
    )
    op.create_table(
        "subreddit_facts",
        _column("subreddit_id", sa.Integer(), sa.ForeignKey("subreddits.id"), primary_key=True),
        _column("subscribers", sa.BigInteger(), nullable=True),
        _column("over_18", sa.Boolean()),
        _column("description", sa.String()),
        _column("first_seen", UtcDateTime()),
        _column("last_seen", UtcDateTime()),
    )
    op.create_table(
        "subreddit_ranks",
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), primary_key=True),
        _column(
            "subreddit_id",
            sa.Integer(),
            sa.ForeignKey("subreddits.id"),
            primary_key=True,
            index=True,
        ),
        _column("rank", sa.Integer()),
    )
    op.create_table(
        "collections",
        _column("subreddit_id", sa.Integer(), sa.ForeignKey("subreddits.id"), primary_key=True),
        _column("mark", sa.BigInteger(), nullable=True),
        _column("reach", sa.Integer()),
        _column("whole_at", UtcDateTime(), nullable=True),
        _column("outcome", sa.String(16), nullable=True),
        _column("detail", sa.String(), nullable=True),
        _column("outcome_at", UtcDateTime(), nullable=True),
        _column("failures", sa.Integer()),
        _column("retry_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "posts",
        _column("id", sa.String(16), primary_key=True),
        _column("subreddit_id", sa.Integer(), sa.ForeignKey("subreddits.id"), index=True),
        _column("created_utc", sa.BigInteger()),
        _column("title", sa.String()),
        _column("body", sa.String()),
        _column("is_self", sa.Boolean()),
        _column("domain", sa.String()),
        _column("url", sa.String()),
        _column("score", sa.Integer()),
        _column("num_comments", sa.Integer()),
        _column("over_18", sa.Boolean()),
        _column("flair", sa.String()),
        _column("source", sa.String(16)),
        _column("fingerprint", sa.BigInteger()),
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), index=True),
    )
    op.create_index("ix_posts_created_utc", "posts", ["created_utc", "id"])


def _make_erasure() -> None:
    op.create_table(
        "tombstones",
        _column("number", sa.Integer(), primary_key=True),
        _column("post_id", sa.String(16), unique=True),
        _column("subreddit_id", sa.Integer(), sa.ForeignKey("subreddits.id"), nullable=True),
        _column("created_utc", sa.BigInteger(), nullable=True),
        _column("at", UtcDateTime()),
        _column("reason", sa.String(16)),
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number")),
        _column("scrubbed", sa.Boolean()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "absences",
        _column("post_id", sa.String(16), primary_key=True),
        _column("since", UtcDateTime()),
    )
    op.create_table(
        "rechecks",
        _column("scope", sa.String(16), primary_key=True),
        _column("began_at", UtcDateTime()),
        _column("cursor", sa.String(16)),
        _column("ended_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "split_files",
        _column("digest", sa.String(64), primary_key=True),
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number")),
    )


def _make_results() -> None:
    op.create_table(
        "snapshots",
        _column("digest", sa.String(64), primary_key=True),
        _column("name", sa.String(), nullable=True, unique=True),
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number")),
        _column("created_at", UtcDateTime()),
        _column("split", sa.String(16)),
        _column("rules", sa.JSON()),
        _column("normaliser", sa.Integer()),
        _column("splits", sa.JSON()),
        _column("cutoffs", sa.JSON()),
        _column("subreddits", sa.Integer()),
        _column("left_out", sa.JSON()),
        _column("generated", sa.Boolean()),
        _column("train", sa.String(64)),
        _column("valid", sa.String(64)),
        _column("sealed_test", sa.String(64)),
        _column("erased", sa.JSON()),
        _column("erased_until", sa.Integer()),
    )
    op.create_table(
        "models",
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), primary_key=True),
        _column("digest", sa.String(64), index=True),
        _column("family", sa.String(32)),
        _column("snapshot", sa.String(64), sa.ForeignKey("snapshots.digest"), index=True),
        _column("normaliser", sa.Integer()),
        _column("subreddits", sa.Integer()),
    )
    op.create_table(
        "evaluations",
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), primary_key=True),
        _column("model_execution", sa.Integer(), sa.ForeignKey("models.execution")),
        _column("snapshot", sa.String(64), sa.ForeignKey("snapshots.digest")),
        _column("split", sa.String(16)),
        _column("posts", sa.Integer()),
        _column("k", sa.Integer()),
        _column("metrics", sa.JSON()),
        _column("predictions", sa.String(64)),
        _column("subreddits", sa.String(64)),
        _column("summary", sa.String(64)),
    )
    op.create_index("ix_evaluations_model", "evaluations", ["model_execution", "snapshot", "split"])
    op.create_table(
        "comparisons",
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), primary_key=True),
        _column("baseline", sa.Integer(), sa.ForeignKey("evaluations.execution")),
        _column("candidate", sa.Integer(), sa.ForeignKey("evaluations.execution")),
        _column("summary", sa.String(64)),
        _column("changes", sa.String(64)),
        _column("slices", sa.String(64), nullable=True),
    )
    op.create_index("ix_comparisons_pair", "comparisons", ["baseline", "candidate"])
    op.create_table(
        "noise",
        _column("execution", sa.Integer(), sa.ForeignKey("executions.number"), primary_key=True),
        _column("snapshot", sa.String(64), sa.ForeignKey("snapshots.digest")),
        _column("configuration", sa.String(64)),
        _column("repeats", sa.Integer()),
        _column("metrics", sa.String(64)),
        _column("subreddits", sa.String(64)),
    )
    op.create_index("ix_noise_of", "noise", ["snapshot", "configuration"])


def _make_releases() -> None:
    op.create_table(
        "versions",
        _column("version", sa.String(16), primary_key=True),
        _column("day", sa.String(8)),
        _column("n", sa.Integer()),
        _column("candidate", sa.Integer(), sa.ForeignKey("models.execution"), unique=True),
        _column("created_at", UtcDateTime()),
        sa.UniqueConstraint("day", "n"),
    )
    op.create_table(
        "aliases",
        _column("name", sa.String(32), primary_key=True),
        _column("version", sa.String(16), sa.ForeignKey("versions.version")),
    )
    op.create_table(
        "release_events",
        _column("id", sa.Integer(), primary_key=True),
        _column("at", UtcDateTime()),
        _column("by", sa.String()),
        _column("kind", sa.String(16)),
        _column("candidate", sa.Integer(), sa.ForeignKey("models.execution"), index=True),
        _column("version", sa.String(), nullable=True),
        _column("alias", sa.String(32), nullable=True, index=True),
        _column("before", sa.String(), nullable=True),
        _column("comment", sa.String()),
        _column("comparison", sa.Integer(), sa.ForeignKey("comparisons.execution"), nullable=True),
        _column("evaluation", sa.Integer(), sa.ForeignKey("evaluations.execution"), nullable=True),
        _column(
            "snapshot",
            sa.String(64),
            sa.ForeignKey("snapshots.digest"),
            nullable=True,
            index=True,
        ),
        _column("baseline", sa.Integer(), sa.ForeignKey("models.execution"), nullable=True),
        _column("opening", sa.Integer(), sa.ForeignKey("release_events.id"), nullable=True),
        _column("verdict", sa.String(16), nullable=True),
        _column("shown", sa.String(64), nullable=True),
        _column("override", sa.String(), nullable=True),
        _column("share", sa.Double(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_release_events_opening", "release_events", ["opening"], unique=True)
    op.create_table(
        "access_events",
        _column("id", sa.Integer(), primary_key=True),
        _column("at", UtcDateTime()),
        _column("by", sa.String()),
        _column("kind", sa.String(16)),
        _column("name", sa.String()),
        _column("role", sa.String(16), nullable=True),
        _column("secret", sa.String(64), nullable=True),
        _column("expires_at", UtcDateTime(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_access_events_secret", "access_events", ["secret"], unique=True)
    op.create_table(
        "audit",
        _column("number", sa.Integer(), primary_key=True),
        _column("content", sa.String()),
        _column("previous", sa.String(64)),
        _column("digest", sa.String(64)),
    )


def _make_feedback() -> None:
    op.create_table(
        "submissions",
        _column("id", sa.Integer(), primary_key=True),
        _column("public", sa.String(24), unique=True),
        _column("at", UtcDateTime(), index=True),
        _column("title", sa.String(), nullable=True),
        _column("body", sa.String(), nullable=True),
        _column("expires", sa.Boolean()),
        _column("version", sa.String(16), sa.ForeignKey("versions.version")),
        _column("source", sa.String(8)),
        _column("p_at_1", sa.Double(), nullable=True),
        _column("suggestions", sa.JSON()),
        _column("twin", sa.Integer(), sa.ForeignKey("submissions.id"), nullable=True, index=True),
        sa.CheckConstraint("source in ('page', 'api', 'shadow')", name="source"),
    )
    op.create_index(
        "ix_submissions_expiring", "submissions", ["at"], sqlite_where=sa.text("expires = 1")
    )
    op.create_index("ix_submissions_version", "submissions", ["version", "at"])
    op.create_table(
        "feedback",
        _column("id", sa.Integer(), primary_key=True),
        _column("at", UtcDateTime()),
        _column("submission", sa.Integer(), sa.ForeignKey("submissions.id"), index=True),
        _column("subreddit", sa.String(), nullable=True),
        _column("place", sa.Integer(), nullable=True),
    )
    op.create_table(
        "labels",
        _column("id", sa.Integer(), primary_key=True),
        _column("submission", sa.Integer(), sa.ForeignKey("submissions.id"), unique=True),
        _column("at", UtcDateTime()),
        _column("by", sa.String()),
        _column("subreddit", sa.String(), nullable=True),
        _column("use", sa.String(8)),
        sa.CheckConstraint("use in ('evaluate', 'train')", name="use"),
    )


def _make_serving() -> None:
    op.create_table(
        "servers",
        _column("id", sa.String(32), primary_key=True),
        _column("host", sa.String()),
        _column("pid", sa.Integer()),
        _column("address", sa.String()),
        _column("started_at", UtcDateTime()),
        _column("seen_at", UtcDateTime()),
        _column("serving", sa.JSON()),
        _column("alarms", sa.JSON()),
    )
    op.create_table(
        "serving_counts",
        _column("version", sa.String(16), sa.ForeignKey("versions.version"), primary_key=True),
        _column("minute", UtcDateTime(), primary_key=True),
        _column("server", sa.String(32), primary_key=True),
        _column("requests", sa.Integer()),
        _column("errors", sa.Integer()),
    )


def _column(name: str, kind: Any, *more: Any, nullable: bool = False, **options: Any) -> Any:
    return sa.Column(name, kind, *more, nullable=nullable, **options)


_APPEND_ONLY = {
    "release_events": "release events are append-only",
    "access_events": "events are append-only",
    "audit": "the audit log is append-only",
}
"""Table -> the error of changing or deleting a row."""
