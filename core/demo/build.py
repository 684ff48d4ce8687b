"""Walks the whole road once with generated posts, so that every page has something to show."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.access.identity import Actor, Way, acting_as
from core.collect.posts import store_posts
from core.comparison.noise import measure
from core.comparison.topics import FILE as TOPICS_FILE
from core.comparison.topics import write_topics
from core.demo.generate import generate_posts
from core.demo.users import send_texts
from core.demo.wordlists import load_lists
from core.drift.backtest import backtest
from core.drift.backtests import newest as newest_backtest
from core.drift.cutoffs import Every
from core.drift.predicting import bring_up_to_date
from core.errors import NotFoundError, RefusedError
from core.evaluation.evaluate import evaluate
from core.executions import listing, record
from core.feedback import queue, summary
from core.progress import Progress, silent
from core.quality.check import check
from core.release import aliases, candidates, openings, review
from core.release.adoption import adopt
from core.release.events import PRODUCTION, STAGING
from core.release.policy import DEFAULT
from core.release.policy import FILE as POLICY_FILE
from core.release.released import released_model
from core.release.states import CandidateState
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store
from core.store import posts as posts_table
from core.store.artifacts import write_whole
from core.store.models import Model
from core.store.posts import PostTotals
from core.training.fasttext_family import FastTextFamily
from core.training.linear_family import LinearFamily
from core.training.train import train

LISTS = Path(__file__).parent / "lists"
FRACTIONS = (0.7, 0.2, 0.1)
"""More for validation than usual: the demo is small, and its changes should show."""
SEPTEMBER, OCTOBER = "until-september", "until-october"
OCTOBER_1 = 1_790_812_800
NOISE_REPEATS = 3
EVERY = Every.parse("2 weeks")
THREADS = 1
"""So that the demo's figures are the same on every machine."""
LABELLED = 5
"""Texts that were corrected and are labelled, of each version."""
AUTHOR, REVIEWER = "demo author", "demo reviewer"

_SMALL = {"dim": "32", "bucket": "50000", "minCount": "1"}
_SINGLE_WORDS = {**_SMALL, "wordNgrams": "1", "loss": "softmax", "epoch": "15"}
_PAIRS = {**_SMALL, "loss": "softmax", "epoch": "20"}


@dataclass(frozen=True, slots=True)
class _Step:
    """One training of the demo's history, and what its people decided on it."""

    snapshot: str
    params: dict[str, str] = field(default_factory=dict)
    model: str = FastTextFamily.name
    seed: int = 0
    note: str | None = None
    approve: str | None = None
    release: str = ""
    """Why it was given to production."""
    reject: str | None = None
    against: "_Step | None" = None
    """What is in production then: before this is proposed, what retraining alone does is measured
    of both.
    """


_RELEASED = _Step(
    snapshot=SEPTEMBER,
    params=_PAIRS,
    note="Pairs of words as well.",
    approve="Better almost everywhere; r/politics still weak.",
    release="Nothing stood against it in staging.",
)
_HISTORY = (
    _Step(
        snapshot=SEPTEMBER,
        params=_SINGLE_WORDS,
        note="First model: single words only.",
        approve="A start: far better than guessing.",
        release="The first version: nothing answered before.",
    ),
    _RELEASED,
    _Step(
        snapshot=OCTOBER,
        params=_SINGLE_WORDS,
        note="Single words again, with October's posts.",
        reject="Knows the election now. Try it with pairs of words first, as production has.",
    ),
    _Step(snapshot=OCTOBER, params=_PAIRS, seed=1),
    _Step(
        snapshot=OCTOBER,
        model=LinearFamily.name,
        against=_RELEASED,
        note="October's posts, and a linear model instead of fastText. Two new subreddits.",
    ),
)


def build_demo(store: Store, *, progress: Progress = silent) -> dict[str, Any]:
    """Fill an empty workspace with the demo, or finish one that was interrupted.

    Returns:
        ``built`` (False if it was complete), ``posts`` and ``executions``.

    Raises:
        RefusedError: the workspace holds posts that were not generated.
    """
    with store.read() as session:
        totals = posts_table.totals(session)
    if totals.posts > totals.generated:
        raise RefusedError(
            "This workspace holds real posts", "Set SIGNOFF_HOME to an empty folder for the demo."
        )
    complete = _complete(store)
    if not complete:
        _walk(store, totals, progress)
    with store.read() as session:
        posts = posts_table.totals(session).posts
    return {"built": not complete, "posts": posts, "executions": len(listing(store))}


def _complete(store: Store) -> bool:
    """Whether the last step, the candidate that waits, was reached (it may be decided since)."""
    proposed = sum(step.note is not None for step in _HISTORY)
    return len(candidates.listing(store)) >= proposed


def _walk(store: Store, totals: PostTotals, progress: Progress) -> None:
    if not totals.posts:
        _bring_posts(store)
    _bring_topics(store)
    _bring_policy(store)
    for name, until in ((SEPTEMBER, OCTOBER_1), (OCTOBER, None)):
        create(store, Rules(until=until, fractions=FRACTIONS), name=name, progress=progress)
    for done, step in enumerate(_HISTORY):
        progress("Training the demo models", done, len(_HISTORY))
        _take(store, step)
    _backtest(store)
    check(store, progress=progress)
    _watch(store)


def _backtest(store: Store) -> None:
    """Of the configuration that waits; months would be too few."""
    if newest_backtest(store) is None:
        backtest(store, find(store, OCTOBER), every=EVERY, model=_HISTORY[-1].model)


def _bring_posts(store: Store) -> None:
    with record(store, "generate", params={"seed": 0}, inputs={"lists": "core/demo/lists"}) as run:
        posts = generate_posts(LISTS)
        counts = store_posts(store, posts, source="generated", execution=run.number)
        run.metrics = {"read": len(posts), "inserted": counts.inserted}


def _bring_topics(store: Store) -> None:
    """The word lists are sorted by topic already: comparisons group by that."""
    path = store.home / TOPICS_FILE
    if path.exists():
        return
    groups: dict[str, list[str]] = {}
    for one in load_lists(LISTS).subreddits:
        groups.setdefault(one.topic, []).append(one.name)
    write_topics(path, groups)


def _bring_policy(store: Store) -> None:
    """The built-in one, but for what small splits of generated posts cannot keep: these are made of
    few sentences, so most have one in common; and for the confidence, which another family gives
    in its own way.
    """
    path = store.home / POLICY_FILE
    if not path.exists():
        policy = DEFAULT
        for key, value in (("epsilon", 0.08), ("near_duplicates", 0.9), ("ks", 0.5)):
            policy = re.sub(rf"(?m)^{key} = .*", f"{key} = {value}", policy)
        write_whole(path, policy.encode())
    if not candidates.listing(store):
        with _by(REVIEWER):
            adopt(store, comment="For few posts, which are generated.")


def _take(store: Store, step: _Step) -> None:
    model = train(
        store,
        find(store, step.snapshot),
        model=step.model,
        params=step.params,
        seed=step.seed,
        threads=THREADS,
    )
    evaluate(store, model, find(store, step.snapshot))
    if step.against:
        _measure(store, step)
        _measure(store, step.against)
    if step.note is None:
        return
    with _by(AUTHOR):
        if _state(store, model) is None:
            review.propose(store, model.execution, note=step.note)
    with _by(REVIEWER):
        if step.reject and _state(store, model) == CandidateState.PROPOSED:
            review.reject(store, model.execution, comment=step.reject)
        if step.approve:
            _release(store, model, step)


def _watch(store: Store) -> None:
    """What production makes of October's posts, as far as the newer snapshot has not sealed them:
    it was trained before the election.
    """
    version = aliases.current(store).get(PRODUCTION)
    if version:
        bring_up_to_date(store, released_model(store, version))


def _measure(store: Store, step: _Step) -> None:
    measure(
        store,
        find(store, step.snapshot),
        repeats=NOISE_REPEATS,
        model=step.model,
        params=step.params,
        threads=THREADS,
    )


def _release(store: Store, model: Model, step: _Step) -> None:
    number = model.execution
    if _state(store, model) == CandidateState.PROPOSED:
        openings.open_test(store, number, reason="Before the decision, as the policy requires.")
    if _state(store, model) == CandidateState.TESTED:
        review.approve(store, number, comment=step.approve or "")
    version = candidates.get(store, number).version
    for alias in (STAGING, PRODUCTION):
        now = aliases.current(store).get(alias)
        moved = candidates.get(store, number).was_in(alias)
        if version and not moved:
            why = step.release if alias == PRODUCTION else ""
            aliases.move(store, alias, version, expected=now, comment=why)
    if version:
        _use(store, version, number)


def _use(store: Store, version: str, seed: int) -> None:
    """Have users ask the version that is in production now, unless they did."""
    if any(day.version == version for day in summary.count(store).days):
        return
    send_texts(store, load_lists(LISTS), PRODUCTION, seed=seed)
    for text in queue.waiting(store, limit=LABELLED):
        queue.label(store, text.public, text.said, use=queue.EVALUATE)


def _by(name: str) -> AbstractContextManager[Actor]:
    return acting_as(Actor(name, Way.LOCAL))


def _state(store: Store, model: Model) -> CandidateState | None:
    try:
        return candidates.get(store, model.execution).state
    except NotFoundError:
        return None
