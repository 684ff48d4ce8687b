"""Small things made for tests: posts, a corpus that can be told apart, files, people, policies."""

import csv
import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from core.access.identity import Actor, Way, acting_as
from core.audit import chain
from core.collect.posts import Post, store_posts
from core.comparison.results import (
    SAME,
    BothOwnLabels,
    ChurnCounts,
    ComparisonSummary,
    ConfidenceShift,
    Judgement,
    Kind,
    LabelSets,
    MetricChange,
    NormalFit,
    OwnLabels,
    PairedAccuracyTest,
    SharedLabels,
    Subreddits,
    TopicSource,
)
from core.evaluation.prediction_table import PredictionTable
from core.executions import record
from core.release import adoption
from core.release.adoption import adopt
from core.release.events import PRODUCTION
from core.release.gate import GateVerdict
from core.release.history import RELEASE_EVENTS
from core.release.policy import FILE
from core.release.policy_events import Asked
from core.reproduction.results import Measured, Reproduction
from core.snapshots.content import SCHEMA, FrozenPosts, SplitData
from core.store import Store
from core.store.snapshots import Snapshot
from core.text import normalise, read_of

HOUR = 3_600
FIRST = 1_700_000_000
"""The moment of the oldest post that is made here: 2023-11-14."""
WORDS = {
    "cats": ("whiskers", "purring", "kitten", "litter", "tabby", "claws"),
    "cooking": ("garlic", "simmer", "skillet", "broth", "parsley", "roast"),
    "python": ("decorator", "generator", "tuple", "asyncio", "traceback", "pip"),
    "space": ("rocket", "orbit", "lunar", "telescope", "payload", "nebula"),
}
COMMON = ("the", "my", "why", "does", "first", "question", "about", "finally", "today", "with")
COLUMNS = ("id", "created_utc", "title", "selftext", "is_self", "score", "num_comments", "url")
QUICK = {"dim": "8", "epoch": "5", "bucket": "1000", "minCount": "1"}
"""Parameters of a model that trains in no time."""
LENIENT = "[maximum_churn]\nshare = 1\n\n[release]\nstaging_first = false\n"
"""A release policy that is in nobody's way: no test, no second person, no staging."""


CAREFUL = """\
[maximum_churn]
share = 1

[test_opened]
max_age_days = 90

[reviewed_by_someone_else]
team_of_one = false

[test_budget]
epsilon = 0.5
delta = 0.1
"""
"""One that asks for all that the built-in one does, of so few posts: 24 can judge 5 candidates."""


def make_post(
    *,
    id: str = "abc1",  # noqa: A002 - Reddit's own name
    subreddit: str = "cats",
    created_utc: int = FIRST,
    title: str = "Why does my kitten purr",
    **more: Any,
) -> Post:
    return Post(id=id, subreddit=subreddit, created_utc=created_utc, title=title, **more)


def make_corpus(
    *, subreddits: Sequence[str] = tuple(WORDS), posts: int = 60, seed: int = 0
) -> list[Post]:
    """``posts`` of each subreddit, an hour apart, each with a word of its own: ``mark…``."""
    rng = Random(seed)
    made = []
    for n in range(posts * len(subreddits)):
        subreddit = subreddits[n % len(subreddits)]
        words = [*rng.choices(WORDS[subreddit], k=3), *rng.choices(COMMON, k=3), f"mark{n}x"]
        rng.shuffle(words)
        post = make_post(
            id=f"p{n:05d}",
            subreddit=subreddit,
            created_utc=FIRST + n * HOUR,
            title=" ".join(words),
            body=" ".join(rng.choices(COMMON, k=4)) if n % 3 else "",
        )
        made.append(post)
    return made


def fill(store: Store, posts: Sequence[Post], *, source: str = "file") -> None:
    """Write posts as an import of their own would."""
    with record(store, "import", params={}, inputs={}) as run:
        store_posts(store, posts, source=source, execution=run.number)


def as_cells(post: Post, columns: Iterable[str] = COLUMNS) -> list[str]:
    values = {name: getattr(post, name, "") for name in columns}
    return [str(value) for value in (values | {"selftext": post.body}).values()]


def write_csv(path: Path, rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Path:
    """A file of posts as they are published, compressed if its name says so."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def write_folder(folder: Path, posts: Iterable[Post]) -> Path:
    """One gzip CSV per subreddit."""
    folder.mkdir(exist_ok=True)
    by_name: dict[str, list[list[str]]] = {}
    for post in posts:
        by_name.setdefault(post.subreddit, []).append(as_cells(post))
    for name, rows in by_name.items():
        write_csv(folder / f"{name}.csv.gz", rows)
    return folder


def make_split(posts: Sequence[Post]) -> SplitData:
    labels = tuple(sorted({post.subreddit for post in posts}))
    return SplitData(
        ids=[post.id for post in posts],
        lines=[
            normalise(*read_of(post.title, post.body, post.domain, is_self=post.is_self))
            for post in posts
        ],
        label=np.array([labels.index(post.subreddit) for post in posts], dtype=np.int32),
        created=np.array([post.created_utc for post in posts], dtype=np.int64),
        labels=labels,
    )


def make_frozen(posts: Sequence[Post]) -> FrozenPosts:
    """The posts as freezing holds them, in this order."""
    split = make_split(posts)
    columns = {
        "post_id": split.ids,
        "label": split.label,
        "created_utc": split.created,
        "line": split.lines,
        "is_self": [post.is_self for post in posts],
        "title_length": [len(post.title) for post in posts],
        "score": [post.score for post in posts],
        "num_comments": [post.num_comments for post in posts],
        "domain": [post.domain for post in posts],
        "flair": [post.flair for post in posts],
        "over_18": [post.over_18 for post in posts],
        "subreddit_age_days": np.zeros(len(posts), dtype=np.float32),
        "origin": ["reddit"] * len(posts),
    }
    return FrozenPosts(
        pa.table(columns, schema=SCHEMA), split.labels, positions=np.arange(len(posts))
    )


def make_table(
    said: Mapping[str, tuple[str, str]],
    *,
    model_labels: Sequence[str],
    p: float = 0.5,
) -> PredictionTable:
    """A prediction table of one prediction a post.

    Args:
        said: post -> its subreddit, and the one predicted (``""`` for none).
    """
    vocabulary = sorted({*model_labels, *(truth for truth, _ in said.values())})
    place = {"": -1} | {name: i for i, name in enumerate(vocabulary)}
    return PredictionTable(
        post_id=np.array(list(said), dtype=object),
        label=np.array([place[truth] for truth, _ in said.values()], dtype=np.int32),
        top_labels=np.array([place[first] for _, first in said.values()], np.int32).reshape(-1, 1),
        top_probs=np.full((len(said), 1), p, dtype=np.float32),
        vocabulary=tuple(vocabulary),
        model_labels=tuple(sorted(model_labels)),
    )


def make_snapshot(**more: Any) -> Snapshot:
    """A row of a snapshot that was never frozen: 24 posts in its test split, made just now."""
    values = {
        "digest": "ab" * 32,
        "name": "small",
        "execution": 2,
        "created_at": datetime.now(UTC),
        "split": "time",
        "rules": {},
        "normaliser": 1,
        "splits": {"train": 192, "valid": 24, "test": 24},
        "cutoffs": {"valid": FIRST, "test": FIRST + 24 * HOUR, "end": FIRST + 48 * HOUR},
        "subreddits": 4,
        "left_out": {},
        "generated": False,
        "train": "0" * 64,
        "valid": "1" * 64,
        "sealed_test": "2" * 64,
        "erased": {},
        "erased_until": 0,
    }
    return Snapshot(**(values | more))


EVENT: dict[str, Any] = {
    "at": datetime(2026, 5, 31, tzinfo=UTC),
    "by": "ada",
    "candidate": 7,
    "comment": "",
    "comparison": None,
    "snapshot": "ab" * 32,
    "baseline": None,
    "opening": 1,
    "evaluation": 8,
    "verdict": GateVerdict.PASS,
    "shown": "d" * 64,
    "policy": None,
    "version": "20260531.1",
    "override": None,
    "alias": PRODUCTION,
    "before": None,
    "share": 0.1,
}
"""What any field of an event holds where a test does not say it."""


def make_event(kind: str, **more: Any) -> Any:
    """An event of that kind, see :mod:`core.release.events`."""
    made = RELEASE_EVENTS.kinds[kind]
    names = {each.name for each in fields(made)}
    return made(**({name: EVENT[name] for name in EVENT.keys() & names} | more))


def by(name: str) -> AbstractContextManager[Actor]:
    """Everything inside is done by that person, who uses this machine."""
    return acting_as(Actor(name, Way.LOCAL))


def set_policy(store: Store, text: str = LENIENT) -> str:
    """Put a release policy into force; its digest. Where it takes two people, by two."""
    content = text.encode()
    (store.home / FILE).write_bytes(content)
    for name in ("policy author", "policy reviewer"):
        with by(name):
            if not isinstance(adopt(store), Asked):
                break
    return hashlib.sha256(content).hexdigest()


def lenient_by_default(patch: pytest.MonkeyPatch) -> None:
    """From now on the built-in policy is the lenient one: nothing has to be adopted first, so the
    audit log begins with what a test decides.
    """
    patch.setattr(adoption, "DEFAULT", LENIENT)
    digest = hashlib.sha256(LENIENT.encode()).hexdigest()
    patch.setattr(chain, "BUILT_IN_DIGESTS", chain.BUILT_IN_DIGESTS | {digest})


def make_change(
    low: float, high: float, *, noise: float | None = None, verdict: Judgement = SAME
) -> MetricChange:
    """A metric that changed by the middle of its interval."""
    middle = (low + high) / 2
    return MetricChange(
        baseline=0.4,
        candidate=0.4 + middle,
        difference=middle,
        interval=(low, high),
        noise=noise,
        verdict=verdict,
    )


def make_summary(**more: Any) -> ComparisonSummary:
    """A paired comparison of two models that know the same four subreddits, but for ``more``."""
    values = {
        "kind": Kind.PAIRED,
        "posts": 1_000,
        "posts_baseline": 1_000,
        "metrics": {"f1_macro": make_change(-0.002, 0.006)},
        "label_sets": None,
        "accuracy_test": PairedAccuracyTest("McNemar, exact", 40, 60, 0.06),
        "subreddits": make_subreddits(),
        "topics": TopicSource.CONFUSIONS,
        "churn": ChurnCounts(changed=200, fixed=60, broken=40, swapped=100),
        "changes_normal": NormalFit(0.002, 0.01),
        "p_at_1": ConfidenceShift(0.5, 0.6, ks=0.1, wasserstein=0.02, psi=0.3),
    }
    return ComparisonSummary(**(values | more))


def make_subreddits(**counts: int) -> Subreddits:
    """Four subreddits that both models know, but for ``counts``."""
    values = {"shared": 4, "added": 0, "removed": 0, "better": 0, "worse": 0} | counts
    added, removed = (
        tuple(f"{kind}{n}" for n in range(values[kind])) for kind in ("added", "removed")
    )
    return Subreddits(**values, added_names=added, removed_names=removed, renames=())


def make_label_sets(macro: MetricChange, *, posts: int) -> LabelSets:
    """Macro F1 on the subreddits that both models know."""
    own = OwnLabels(posts, {"f1_macro": 0.4})
    return LabelSets(SharedLabels(posts, {"f1_macro": macro}), BothOwnLabels(own, own))


def make_reproduction(*moved: Measured, now: str = "b") -> Reproduction:
    """What came of training once more; the model was ``a``."""
    return Reproduction(
        of=3,
        then={"model": "a"},
        now={"model": now},
        moved=moved,
        environment=(),
        notes=(),
        retrained=True,
        seconds_then=1.0,
        seconds_now=2.0,
    )
