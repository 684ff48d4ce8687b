"""Freezing posts into a snapshot."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.errors import InputError, RefusedError
from core.executions import Run, cached, record
from core.progress import Progress, silent
from core.snapshots import splits
from core.snapshots.content import (
    FORMAT,
    SplitData,
    content_digest,
    manifest_digest,
    to_parquet,
)
from core.snapshots.read import OPEN_SPLITS
from core.snapshots.rules import Rules
from core.snapshots.sealed import seal
from core.store import Store
from core.store import posts as posts_table
from core.store import snapshots as table
from core.store.snapshots import Snapshot
from core.text import NORMALISER, normalise

_REPORT_EVERY = 5_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Read:
    """All posts that may enter, oldest first, and what is said of them."""

    data: SplitData
    left_out: Counter[str]
    generated: bool


def create(
    store: Store,
    rules: Rules,
    *,
    name: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> tuple[Snapshot, int]:
    """Freeze the posts that ``rules`` choose.

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
    if totals.posts == 0:
        raise InputError(
            "There are no posts to freeze", "Bring some in first: signoff import FOLDER."
        )
    params = {**rules.as_json(), "name": name}
    inputs = {"posts": totals.posts, "last_import": totals.last_execution}
    earlier = None if force else cached(store, "snapshot", params, inputs)
    if earlier is not None:
        with store.read() as session:
            kept = table.get(session, earlier.outputs["snapshot"])
        if kept is not None:
            return kept, earlier.number
    _check_name(store, name)
    with record(store, "snapshot", params=params, inputs=inputs) as run:
        snapshot = _freeze(store, rules, run, name=name, total=totals.posts, progress=progress)
        run.outputs = {"snapshot": snapshot.digest}
        run.metrics = {**snapshot.splits, "subreddits": snapshot.subreddits}
        run.log(f"snapshot {snapshot.digest}: {snapshot.splits}, left out {snapshot.left_out}")
    with store.read() as session:
        return table.get(session, snapshot.digest) or snapshot, run.number


def _freeze(
    store: Store, rules: Rules, run: Run, *, name: str | None, total: int, progress: Progress
) -> Snapshot:
    read = _read_posts(store, rules, total, progress)
    assigned = _assign(read.data, rules)
    read.left_out["same_text_in_an_earlier_split"] = assigned.straddling
    progress("Sealing and writing", 0, None)
    parts = {
        split: read.data.take(np.flatnonzero(assigned.split == index))
        for index, split in enumerate(splits.SPLITS)
    }
    manifest = _manifest(rules, parts, read.data.labels)
    digest = manifest_digest(manifest)
    with store.read() as session:
        existing = table.get(session, digest)
    # Also where the snapshot exists: storing a split again restores a lost or damaged one.
    opened = {split: store.artifacts.put_bytes(to_parquet(parts[split])) for split in OPEN_SPLITS}
    sealed = seal(store, to_parquet(parts["test"]), snapshot=digest)
    if existing is not None:
        return _called(existing, name)
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
        subreddits=len(read.data.labels),
        left_out={reason: count for reason, count in read.left_out.items() if count},
        generated=read.generated,
        train=opened["train"],
        valid=opened["valid"],
        sealed_test=sealed,
    )
    run.on_success(lambda session: table.insert(session, snapshot))
    return snapshot


def _called(existing: Snapshot, name: str | None) -> Snapshot:
    """The snapshot that is there already, unless it goes by another name."""
    if name is not None and existing.name != name:
        raise RefusedError(
            f"These posts and rules are frozen already, as {existing.id}",
            f"Use that: a snapshot has one name for good (signoff snapshot show {existing.id}).",
        )
    return existing


def _read_posts(store: Store, rules: Rules, total: int, progress: Progress) -> _Read:
    ids, lines, created, names = [], [], [], []
    sources: set[str] = set()
    left_out: Counter[str] = Counter()
    with store.read() as session:
        rows = posts_table.posts_in_order(session, since=rules.since, until=rules.until)
        for done, (post, subreddit, moment, title, body, source) in enumerate(rows):
            if done % _REPORT_EVERY == 0:
                progress("Normalising", done, total)
            line = normalise(title, body)
            if not line:
                left_out["no_text"] += 1
                continue
            ids.append(post)
            lines.append(line)
            created.append(moment)
            names.append(subreddit)
            sources.add(source)
    labels = tuple(sorted(set(names)))
    index = {label: i for i, label in enumerate(labels)}
    data = SplitData(
        ids=ids,
        lines=lines,
        label=np.array([index[n] for n in names], dtype=np.int32),
        created=np.array(created, dtype=np.int64),
        labels=labels,
    )
    kept = _choose_subreddits(data, rules, left_out)
    return _Read(data=kept, left_out=left_out, generated="generated" in sources)


def _choose_subreddits(data: SplitData, rules: Rules, left_out: Counter[str]) -> SplitData:
    """Apply ``min_posts`` and ``max_posts``, and number the remaining labels anew."""
    support = np.bincount(data.label, minlength=len(data.labels))
    large = support >= rules.min_posts
    keep = large[data.label] if len(data) else np.zeros(0, dtype=bool)
    left_out["small_subreddit"] = int(np.count_nonzero(~keep))
    if rules.max_posts is not None:
        newest_first = np.lexsort((-np.arange(len(data)), data.label))
        starts = np.cumsum(support) - support
        rank = np.empty(len(data), dtype=np.int64)
        rank[newest_first] = np.arange(len(data)) - starts[data.label[newest_first]]
        fits = rank < rules.max_posts
        left_out["over_max_posts"] = int(np.count_nonzero(keep & ~fits))
        keep &= fits
    if np.count_nonzero(large) < 2:
        raise InputError(
            f"Only {np.count_nonzero(large)} subreddit has {rules.min_posts} posts or more",
            "A classifier needs two: import more subreddits, or lower --min-posts.",
        )
    chosen = data.take(np.flatnonzero(keep))
    renumber = np.cumsum(large) - 1
    labels = tuple(name for name, ok in zip(data.labels, large, strict=True) if ok)
    return SplitData(
        ids=chosen.ids,
        lines=chosen.lines,
        label=renumber[chosen.label].astype(np.int32),
        created=chosen.created,
        labels=labels,
    )


def _assign(data: SplitData, rules: Rules) -> splits.Assignment:
    text = np.array([_text_id(line) for line in data.lines], dtype=np.int64)
    if rules.split == "random":
        return splits.random(text, rules.fractions, seed=rules.seed)
    return splits.chronological(data.created, text, rules.fractions)


def _text_id(line: str) -> int:
    digest = hashlib.blake2b(line.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _manifest(rules: Rules, parts: dict[str, SplitData], labels: Iterable[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "normaliser": NORMALISER,
        "rules": rules.as_json(),
        "labels": list(labels),
        "splits": {
            split: {"posts": len(part), "sha256": content_digest(part)}
            for split, part in parts.items()
        },
    }


def _check_name(store: Store, name: str | None) -> None:
    if name is None:
        return
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a snapshot's name",
            "Use letters, digits, dots, hyphens and underscores, a letter or digit first.",
        )
    with store.read() as session:
        taken = [s for s in table.matching(session, name) if s.name == name]
    if taken:
        raise RefusedError(
            f"A snapshot named {name} exists ({taken[0].digest[:12]})",
            "Names are never reused: choose another --name.",
        )
