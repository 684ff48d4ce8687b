"""Words whose share of posts moved are named, never those of few posts; erasing reaches them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core.arrays import Bools
from core.collect.posts import Post
from core.drift.predicting import bring_up_to_date
from core.drift.report import report
from core.drift.results import DriftReport, WordChanges
from core.drift.windows import Window
from core.drift.word_changes import FEWEST_POSTS, word_changes
from core.drift.word_counts import WordCounts, word_counts
from core.erasure.erase import erase
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store
from core.store import drift as drift_table
from core.store.models import Model
from tests.conftest import Road
from tests.core.drift.test_predicting import NEXT_MONDAY, later
from tests.factories import fill

WEEK = 7 * 86_400


def drawn(rng: np.random.Generator, texts: int, rates: Sequence[float]) -> WordCounts:
    """Texts that hold word i with the i-th rate, and one word that all have."""
    held = rng.random((texts, len(rates))) < rates
    lines = [" ".join(["all", *(f"word{i}" for i in np.flatnonzero(row))]) for row in held]
    return word_counts([(lines, rng.integers(0, 3, texts))])


def known(words: np.ndarray) -> Bools:
    return np.array([word != "word0" for word in words], dtype=np.bool_)


def test_a_word_counts_once_a_post_and_its_subreddits_are_counted() -> None:
    texts = ["a cat cat , cat", "", "cat dog 42", "c3po dog", "dog"]
    labels = np.array([0, 0, 1, 1, 1])
    for parts in ([(texts, labels)], [(texts[:2], labels[:2]), (texts[2:], labels[2:])]):
        found = word_counts(parts)
        assert found.texts == 4
        assert found.words.tolist() == ["c3po", "cat", "dog"]  # neither signs nor single letters
        assert found.posts.tolist() == [1, 2, 3]
        assert found.subreddits.tolist() == [1, 2, 1]
    assert word_counts([]).texts == 0


def test_counts_are_those_of_a_loop_over_posts() -> None:
    rng = np.random.default_rng(1)
    found = drawn(rng, 300, [0.1, 0.02, 0.5])
    rng = np.random.default_rng(1)
    held = rng.random((300, 3)) < [0.1, 0.02, 0.5]
    expected = Counter({f"word{i}": int(held[:, i].sum()) for i in range(3)}) + Counter(all=300)
    assert dict(zip(found.words, found.posts.tolist(), strict=True)) == expected


def test_it_is_fishers_test_with_q_values_over_all_words_of_enough_posts() -> None:
    rng = np.random.default_rng(2)
    rates = rng.uniform(0.002, 0.2, 60)
    before = drawn(rng, 2_000, rates)
    after = drawn(rng, 700, np.where(np.arange(60) < 6, rates * 2.5, rates))
    found = word_changes(before, after, known=known)
    then, now = (
        Counter(dict(zip(side.words, side.posts.tolist(), strict=True))) for side in (before, after)
    )
    words = [word for word, posts in (then + now).items() if posts >= FEWEST_POSTS]
    p_values = [
        stats.fisher_exact([[then[w], 2_000 - then[w]], [now[w], 700 - now[w]]]).pvalue
        for w in words
    ]
    q_values = dict(zip(words, stats.false_discovery_control(p_values), strict=True))
    assert found.judged == len(words)
    named = {each.word: each for each in (*found.rose, *found.fell)}
    assert {word for word, q in q_values.items() if q < 0.05} == set(named)
    for word, each in named.items():
        assert each.q_value == pytest.approx(q_values[word], rel=1e-6)
        assert (each.posts, each.share_reference) == (now[word], then[word] / 2_000)
        low, high = each.interval
        assert low < each.share - each.share_reference < high
        assert each.new == (word == "word0")
    moved = [2 * (np.arcsin(e.share**0.5) - np.arcsin(e.share_reference**0.5)) for e in found.rose]
    assert moved == sorted(moved, reverse=True)


def test_where_nothing_has_changed_a_word_is_named_in_at_most_one_of_20_runs() -> None:
    rng = np.random.default_rng(3)
    rates = rng.uniform(0.005, 0.05, 30)
    runs, false = 40, 0
    for _ in range(runs):
        found = word_changes(drawn(rng, 600, rates), drawn(rng, 250, rates), known=known)
        false += bool(found.rose or found.fell)
    assert false / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize(
    ("posts", "subreddits", "named"), [(40, 2, True), (40, 1, False), (9, 2, False)]
)
def test_words_of_few_posts_or_of_one_subreddit_are_never_named(
    posts: int, subreddits: int, named: bool
) -> None:
    before = word_counts([(["cat"] * 5_000, np.zeros(5_000, dtype=np.int64))])
    texts = ["cat unheard"] * posts + ["cat"] * (100 - posts)
    after = word_counts([(texts, np.arange(100) % subreddits)])
    found = word_changes(before, after, known=known)
    assert [each.word for each in found.rose] == (["unheard"] if named else [])


def test_nothing_is_said_of_nothing() -> None:
    none, some = word_counts([]), word_counts([(["cat"] * 20, np.zeros(20, dtype=np.int64))])
    for sides in ((none, some), (some, none), (none, none)):
        assert word_changes(*sides, known=known) == WordChanges(judged=0, rose=(), fell=())


def with_a_fashion(posts: list[Post]) -> list[Post]:
    """The same posts, all of which say one new word."""
    return [replace(post, title=f"{post.title} zeitgeist") for post in posts]


def words_of(made: DriftReport) -> WordChanges | None:
    assert made.newest is not None
    assert made.newest.figures is not None
    return made.newest.figures.words


def stored(store: Store, model: Model) -> str:
    """All that is stored of the model's weeks, as text."""
    with store.read() as session:
        rows = drift_table.windows(session, model.digest, Window.WEEK)
    return json.dumps([row.figures for row in rows.values()])


def test_the_words_of_the_newest_complete_week_are_kept_and_none_of_a_single_post(
    road: Road,
) -> None:
    store, model = road.store, road.baseline
    fill(store, with_a_fashion(later(400)))
    bring_up_to_date(store, model)
    found = words_of(report(store, model))
    assert found is not None
    first = found.rose[0]
    assert (first.word, first.posts, first.new) == ("zeitgeist", 168, True)
    assert "zeitgeist" in stored(store, model)
    assert "mark" not in stored(store, model)  # every post has such a word of its own
    counted = [
        each.begins for each in report(store, model).windows if each.figures and each.figures.words
    ]
    assert counted == [NEXT_MONDAY + WEEK]


def test_they_are_counted_once_for_each_week(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    store, model = road.store, road.baseline
    fill(store, with_a_fashion(later(400)))
    bring_up_to_date(store, model)
    before = words_of(report(store, model))
    monkeypatch.setattr("core.drift.newest_words.word_changes", None)  # it is not asked again
    fill(store, later(40, seed=2, since=NEXT_MONDAY + 400 * 3_600))
    assert bring_up_to_date(store, model) is not None
    assert words_of(report(store, model)) == before


def test_erasing_a_post_of_the_week_takes_its_words_away(road: Road) -> None:
    store, model = road.store, road.baseline
    posts = with_a_fashion(later(400))
    fill(store, posts)
    bring_up_to_date(store, model)
    erase(store, [posts[200].id])
    assert "zeitgeist" not in stored(store, model)
    assert words_of(report(store, model)) is None
    fill(store, later(40, seed=2, since=NEXT_MONDAY + 400 * 3_600))
    bring_up_to_date(store, model)
    found = words_of(report(store, model))
    assert found is not None
    assert found.rose[0].posts == 167


def test_texts_that_were_sealed_after_they_were_predicted_are_not_read_again(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(store, with_a_fashion(later(308)))  # the second week is not complete yet
    bring_up_to_date(store, model)
    create(store, Rules(test_since=NEXT_MONDAY + WEEK), name="later")
    fill(store, later(40, seed=2, since=NEXT_MONDAY + 3 * WEEK))
    bring_up_to_date(store, model)
    made = report(store, model)
    assert made.newest is not None
    assert made.newest.begins == NEXT_MONDAY + WEEK  # judged before it was sealed
    assert words_of(made) is None
