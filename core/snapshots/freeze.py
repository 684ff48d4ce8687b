"""Freezing posts into a snapshot."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from core.arrays import Bools, Int32s, Int64s
from core.errors import InputError, RefusedError
from core.executions import Run, Step, run_cached
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.snapshots import fingerprints, splits
from core.snapshots.content import (
    SCHEMA,
    FrozenPosts,
    content_digest,
    snapshot_digest,
    to_parquet,
)
from core.snapshots.files import keep
from core.snapshots.read import OPEN_SPLITS, find
from core.snapshots.rules import Rules
from core.snapshots.sealed import seal
from core.snapshots.too_few import too_few
from core.store import Store, erasure, store_seals
from core.store import labels as labels_table
from core.store import posts as posts_table
from core.store import snapshots as snapshots_table
from core.store.posts import PostContent, PostTotals
from core.store.snapshots import Snapshot
from core.text import NORMALISER, normalise, read_of, words_of

STEP = Step(
    "snapshot",
    code=(
        "core.batches",
        "core.snapshots",
        "core.stats.passages",
        "core.stats.slices",
        "core.store.erasure",
        "core.store.labels",
        "core.store.posts",
        "core.invisible",
        "core.store.shared_texts",
        "core.store.store_seals",
        "core.text",
    ),
)
_DAY = 86_400
_ORIGIN = {labels_table.SOURCE: "feedback"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Read:
    """All posts that may enter, oldest first, and what is said of them.

    The label of ``rows`` indexes ``names``. ``text`` (int64, n) is an id of each post's line,
    equal for equal lines; ``judging`` (n) are the posts that may only judge models.
    ``erased_until``: the newest tombstone when they were read.
    """

    rows: pa.Table
    names: tuple[str, ...]
    text: Int64s
    judging: Bools
    left_out: Counter[str]
    generated: bool
    erased_until: int

    @property
    def label(self) -> Int32s:
        label: Int32s = self.rows["label"].to_numpy()
        return label


def create(
    store: Store,
    rules: Rules,
    *,
    name: str | None = None,
    force: bool = False,
    before_sealing: Callable[[Snapshot], None] = lambda _: None,
    progress: Progress = silent,
) -> tuple[Snapshot, int]:
    """Freeze the posts that ``rules`` choose.

    Args:
        before_sealing: called with a new snapshot before it exists for anybody else.

    Returns:
        The snapshot and the execution that made it or found it made: the same posts and rules
        give the same digest, and then the snapshot that is there already.

    Raises:
        InputError: no posts, one subreddit only, too few posts for three splits, or a name that
            cannot be one.
        RefusedError: another snapshot has this name.
    """
    with store.read() as session:
        totals = posts_table.totals(session)
        said = labels_table.state(session)
    if totals.posts == 0:
        raise InputError(
            "There are no posts to freeze", Hint("Import some first.", Command("import", "FOLDER"))
        )
    params = {**rules.as_json(), "name": name}
    inputs: dict[str, Any] = {"posts": totals.posts, "last_import": totals.last_execution}
    if rules.feedback:
        inputs["labels"] = [said.labels, said.newest.isoformat() if said.newest else None]
    made = run_cached(
        store,
        STEP,
        partial(
            _freeze,
            store,
            rules,
            name=name,
            totals=totals,
            force=force,
            before_sealing=before_sealing,
            progress=progress,
        ),
        params=params,
        inputs=inputs,
        force=force,
        check=partial(_check_name, store, name),
    )
    return find(store, made.outputs["snapshot"]), made.number


def _freeze(
    store: Store,
    rules: Rules,
    run: Run,
    *,
    name: str | None,
    totals: PostTotals,
    force: bool,
    before_sealing: Callable[[Snapshot], None],
    progress: Progress,
) -> None:
    snapshot = _frozen(
        store,
        rules,
        run,
        name=name,
        totals=totals,
        force=force,
        before_sealing=before_sealing,
        progress=progress,
    )
    run.outputs = {"snapshot": snapshot.digest}
    run.metrics = {**snapshot.splits, "subreddits": snapshot.subreddits}
    run.log(f"snapshot {snapshot.digest}: {snapshot.splits}, left out {snapshot.left_out}")


def _frozen(
    store: Store,
    rules: Rules,
    run: Run,
    *,
    name: str | None,
    totals: PostTotals,
    force: bool,
    before_sealing: Callable[[Snapshot], None],
    progress: Progress,
) -> Snapshot:
    read = _read_posts(store, rules, totals.posts, progress)
    posts = _choose_subreddits(read, rules, totals)
    assigned = _assign(read, posts.positions, rules)
    read.left_out["same_text_in_an_earlier_split"] = assigned.straddling
    progress("Sealing and writing", 0, None)
    parts = {
        split: replace(posts, positions=posts.positions[assigned.split == index])
        for index, split in enumerate(splits.SPLITS)
    }
    existing, digest = _existing(store, rules, parts, posts.labels)
    if existing is not None:
        existing = _called(existing, name)
        if not force:
            return existing
    opened = {split: keep(store, to_parquet(parts[split]), run) for split in OPEN_SPLITS}
    sealed = seal(store, to_parquet(parts["test"]), snapshot=digest, run=run)
    found = fingerprints.of_posts(parts)
    if existing is not None:
        # The same posts once more: restores a lost or damaged file.
        again = replace(
            existing,
            train=opened["train"],
            valid=opened["valid"],
            sealed_test=sealed,
            erased={},
            erased_until=read.erased_until,
        )
        run.on_success(lambda session: snapshots_table.replace_files(session, again))
        fingerprints.keep(store, digest, found, run)
        return again
    snapshot = Snapshot(
        digest=digest,
        name=name,
        execution=run.number,
        created_at=datetime.now(UTC),
        split=rules.split,
        rules=rules.as_json(),
        normaliser=NORMALISER,
        splits={split: len(part) for split, part in parts.items()},
        cutoffs=assigned.cutoffs,
        subreddits=len(posts.labels),
        left_out={reason: count for reason, count in read.left_out.items() if count},
        generated=read.generated,
        train=opened["train"],
        valid=opened["valid"],
        sealed_test=sealed,
        erased={},
        erased_until=read.erased_until,
    )
    before_sealing(snapshot)
    run.on_success(lambda session: snapshots_table.insert(session, snapshot))
    fingerprints.keep(store, digest, found, run)
    return snapshot


def _existing(
    store: Store, rules: Rules, parts: dict[str, FrozenPosts], labels: Sequence[str]
) -> tuple[Snapshot | None, str]:
    """The snapshot of these posts and rules, if there is one, and the digest that names it."""
    digest = snapshot_digest(
        normaliser=NORMALISER,
        rules=rules.as_json(),
        labels=labels,
        splits={split: (len(part), content_digest(part)) for split, part in parts.items()},
    )
    with store.read() as session:
        return snapshots_table.get(session, digest), digest


def _called(existing: Snapshot, name: str | None) -> Snapshot:
    """The snapshot that is there already, unless it goes by another name."""
    if name is not None and existing.name != name:
        raise RefusedError(
            f"These posts are already frozen under the same rules, as {existing.id}",
            Hint("A snapshot keeps its name; use this one.", Command("snapshot show", existing.id)),
        )
    return existing


def _read_posts(store: Store, rules: Rules, total: int, progress: Progress) -> _Read:
    """Every post that has text. Labels are numbered as they first appear."""
    known: dict[str, _Subreddit] = {}
    left_out: Counter[str] = Counter()
    sources: set[str] = set()
    rows: list[pa.Table] = [SCHEMA.empty_table()]
    text: list[Int64s] = [np.zeros(0, dtype=np.int64)]
    judging = [np.zeros(0, dtype=np.bool_)]
    done = 0
    with store.read() as session:
        erased_until = erasure.newest(session)
        left_out["erased"] = erasure.count(session, since=rules.since, until=rules.until)
        left_out[posts_table.SEALED] = store_seals.count(
            session, since=rules.since, until=rules.until
        )
        uses = labels_table.uses(session) if rules.feedback else {}
        for posts in posts_table.posts_in_order(
            session,
            since=rules.since,
            until=rules.until,
            without=None if rules.feedback else labels_table.SOURCE,
        ):
            progress("Normalising", done, total)
            # A reviewer may have set a text aside since it became a post.
            batch = [
                post for post in posts if post.source != labels_table.SOURCE or post.id in uses
            ]
            for post in batch:
                if post.subreddit not in known:
                    known[post.subreddit] = _Subreddit(len(known), post.created_utc)
            lines = [_line(post) for post in batch]
            kept = [(post, line) for post, line in zip(batch, lines, strict=True) if line]
            rows.append(_rows(kept, known))
            text.append(np.array([_text_id(words_of(line)) for _, line in kept], dtype=np.int64))
            judges = [uses.get(post.id) == labels_table.EVALUATE for post, _ in kept]
            judging.append(np.array(judges, dtype=np.bool_))
            left_out["no_text"] += len(batch) - len(kept)
            sources.update(post.source for post, _ in kept)
            done += len(posts)
    return _Read(
        rows=pa.concat_tables(rows),
        names=tuple(known),
        text=np.concatenate(text),
        judging=np.concatenate(judging),
        left_out=left_out,
        generated="generated" in sources,
        erased_until=erased_until,
    )


class _Subreddit(NamedTuple):
    label: int
    first_utc: int


def _rows(posts: list[tuple[PostContent, str]], known: dict[str, _Subreddit]) -> pa.Table:
    """A batch of posts, each with its line, as rows of :data:`SCHEMA`."""
    subreddits = [known[post.subreddit] for post, _ in posts]
    moments = np.array([post.created_utc for post, _ in posts], dtype=np.int64)
    born = np.array([subreddit.first_utc for subreddit in subreddits], dtype=np.int64)
    columns = {
        "post_id": [post.id for post, _ in posts],
        "label": [subreddit.label for subreddit in subreddits],
        "created_utc": moments,
        "line": [line for _, line in posts],
        "is_self": [post.is_self for post, _ in posts],
        "title_length": [len(post.title) for post, _ in posts],
        "score": [post.score for post, _ in posts],
        "num_comments": [post.num_comments for post, _ in posts],
        "domain": [post.domain for post, _ in posts],
        "flair": [post.flair for post, _ in posts],
        "over_18": [post.over_18 for post, _ in posts],
        "subreddit_age_days": ((moments - born) / _DAY).astype(np.float32),
        "origin": [_ORIGIN.get(post.source, "reddit") for post, _ in posts],
    }
    return pa.table(columns, schema=SCHEMA)


def _choose_subreddits(read: _Read, rules: Rules, totals: PostTotals) -> FrozenPosts:
    """Apply ``min_posts`` and ``max_posts``, and number the remaining labels by name."""
    names, label = read.names, read.label
    support = np.bincount(label, minlength=len(names))
    large = support >= rules.min_posts
    keep = large[label]
    read.left_out["small_subreddit"] = int(np.count_nonzero(~keep))
    if rules.max_posts is not None:
        newest_first = np.lexsort((-np.arange(len(label)), label))
        starts = np.cumsum(support) - support
        rank = np.empty(len(label), dtype=np.int64)
        rank[newest_first] = np.arange(len(label)) - starts[label[newest_first]]
        fits = rank < rules.max_posts
        read.left_out["over_max_posts"] = int(np.count_nonzero(keep & ~fits))
        keep &= fits
    if np.count_nonzero(large) < 2:
        raise too_few(rules, totals, posts=len(label), large=int(np.count_nonzero(large)))
    labels = tuple(sorted(name for name, ok in zip(names, large, strict=True) if ok))
    place = {name: i for i, name in enumerate(labels)}
    renumber = np.array([place.get(name, -1) for name in names], dtype=np.int32)
    column = SCHEMA.get_field_index("label")
    return FrozenPosts(
        rows=read.rows.set_column(column, SCHEMA.field(column), pa.array(renumber[label])),
        labels=labels,
        positions=np.flatnonzero(keep),
    )


def _assign(read: _Read, positions: Int64s, rules: Rules) -> splits.Assignment:
    text = read.text[positions]
    judging = read.judging[positions] if rules.feedback else None
    if rules.split == "random":
        return splits.random(text, rules.fractions, seed=rules.seed, judging=judging)
    created = read.rows["created_utc"].to_numpy()[positions]
    return splits.chronological(
        created, text, rules.fractions, test_since=rules.test_since, judging=judging
    )


def _line(post: PostContent) -> str:
    return normalise(*read_of(post.title, post.body, post.domain, is_self=post.is_self))


def _text_id(words: str) -> int:
    digest = hashlib.blake2b(words.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _check_name(store: Store, name: str | None) -> None:
    if name is None:
        return
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a snapshot's name",
            "Use letters, digits, dots, hyphens and underscores, starting with a letter or digit.",
        )
    with store.read() as session:
        taken = [s for s in snapshots_table.matching(session, name) if s.name == name]
    if taken:
        raise RefusedError(
            f"There is already a snapshot named {name} ({taken[0].digest[:12]})",
            "Names are never reused. Choose another --name.",
        )
