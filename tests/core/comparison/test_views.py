"""Confused pairs and thresholds of a comparison, and the sentences that read them."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.comparison.difference import Difference, Side, difference
from core.comparison.readings import RETRAINING, confusions_sentence, threshold_sentence
from core.comparison.results import ComparisonSummary
from core.comparison.thresholds import AnsweredPosts, Match, Thresholds
from core.evaluation.aggregate import aggregate
from core.evaluation.prediction_table import PredictionTable
from core.records import from_json, to_json
from core.stats.thresholds import AT
from tests.factories import make_table

LABELS = ["cats", "dogs", "space"]


def table(
    said: list[tuple[str, str, float]], *, first: int = 0, known: list[str] = LABELS
) -> PredictionTable:
    """Posts from number ``first``: subreddit, prediction and p@1."""
    posts = {f"p{first + i:04d}": (truth, named) for i, (truth, named, _) in enumerate(said)}
    made = make_table(posts, model_labels=known)
    probs = np.array([p for _, _, p in said], dtype=np.float32).reshape(-1, 1)
    return dataclasses.replace(made, top_probs=probs)


def side(made: PredictionTable) -> Side:
    found = aggregate(made)
    return Side(found.metrics, found.subreddits, made)


def compared(before: PredictionTable, after: PredictionTable) -> Difference:
    return difference(side(before), side(after))


TEN = [("cats", "dogs", 0.4)] * 10 + [("cats", "cats", 0.9)] * 10 + [("dogs", "dogs", 0.8)] * 20
NONE = [("cats", "cats", 0.9)] * 20 + [("dogs", "dogs", 0.9)] * 20


def summary(before: list[Any], after: list[Any], **kwargs: Any) -> ComparisonSummary:
    return compared(table(before), table(after, **kwargs)).summary


def test_a_pair_that_is_no_longer_confused_is_called_rarer() -> None:
    found = summary(TEN, NONE)
    assert found.confused is not None
    assert found.confusions is not None
    assert dataclasses.astuple(found.confused) == (1, 1, 1, 0)
    (pair,) = found.confusions
    assert (pair.subreddit, pair.predicted, pair.baseline, pair.candidate) == (
        "cats",
        "dogs",
        10,
        0,
    )
    assert (pair.support, pair.difference, pair.verdict) == (20, -0.5, "rarer")
    assert pair.q_value == pytest.approx(2 * 0.5**10)
    assert confusions_sentence(found).startswith(
        "Of 1 pair of subreddits with enough posts for a test, 1 is less often confused, beyond the"
        " chance of these posts. Most: r/cats taken for r/dogs, 10 → 0 of 20 posts (−50.0 points,"
        " 95% interval "
    )
    assert RETRAINING in confusions_sentence(found)
    assert "1 is more often confused" in confusions_sentence(summary(NONE, TEN))


def test_few_posts_are_not_tested() -> None:
    few = [("cats", "dogs", 0.4)] * 5 + TEN[10:]
    found = summary(few, [*NONE[:15], *NONE[20:]])
    assert found.confusions is not None
    assert [(pair.verdict, pair.q_value) for pair in found.confusions] == [("too few posts", None)]
    assert confusions_sentence(found).startswith("No pair of subreddits")


def test_what_both_models_confuse_alike_is_no_change() -> None:
    found = summary(TEN, TEN)
    assert found.confused is not None
    assert (found.confused.pairs, found.confused.tested) == (1, 0)
    assert found.confusions is not None
    low, high = found.confusions[0].interval
    assert low < 0 < high


def test_pairs_that_moved_are_kept_before_common_ones() -> None:
    common = [("space", "cats", 0.4)] * 15
    found = summary([*TEN, *common], [*NONE, *common])
    assert found.confusions is not None
    assert [pair.subreddit for pair in found.confusions] == ["cats", "space"]
    assert confusions_sentence(summary([*common, *TEN], [*common, *TEN])) != ""


def test_a_subreddit_that_one_model_does_not_know_is_in_no_pair() -> None:
    before = table([*TEN, ("space", "cats", 0.5)], known=["cats", "dogs"])
    found = compared(before, table([*NONE, ("space", "space", 0.5)])).summary
    assert found.confusions is not None
    assert {pair.subreddit for pair in found.confusions} == {"cats"}


def test_different_posts_are_two_samples() -> None:
    found = summary(TEN, NONE, first=100)
    assert not found.paired
    assert found.confusions is not None
    assert found.confusions[0].verdict == "rarer"
    assert "10 of 20 → 0 of 20 posts" in confusions_sentence(found)
    assert found.threshold is not None


def test_every_post_is_answered_at_no_threshold() -> None:
    found = summary(TEN, NONE).threshold
    assert found is not None
    assert (found.at[0], found.baseline.answered[0], found.baseline.right[0]) == (0, 40, 30)
    assert found.baseline.precision(0) == 0.75
    assert (found.baseline.share(0.5), found.baseline.precision(0.5)) == (0.75, 1)
    assert found.baseline.precision(0.95) is None


def test_of_known_subreddits_only_those_that_both_know_count() -> None:
    before = table([*TEN, ("space", "cats", 0.99)], known=["cats", "dogs"])
    found = compared(before, table([*NONE, ("space", "space", 0.99)])).summary
    assert found.label_sets is not None
    assert found.threshold is not None
    assert found.threshold.candidate.answered[0] == found.label_sets.shared.posts == 40


def test_posts_that_p_at_1_was_calibrated_on_are_left_out() -> None:
    held = np.arange(40) < 10
    before, after = (dataclasses.replace(table(said), calibrated=held) for said in (TEN, NONE))
    found = compared(before, after).summary.threshold
    assert found is not None
    assert found.baseline.answered[0] == 30


def read(match: Match | None, **kwargs: Any) -> str:
    """The sentence of a match at p@1 of 0.50, where the baseline is right in 40 of 50."""
    counts = tuple(100 - place for place in range(len(AT)))
    right = tuple(count * 4 // 5 for count in counts)
    posts = AnsweredPosts(counts, right)
    found = Thresholds(tuple(AT.tolist()), posts, posts, (match,) if match else ())
    whole = dataclasses.replace(summary(TEN, NONE), threshold=found, **kwargs)
    return threshold_sentence(whole, 0.5, baseline="#1", candidate="#2")


def test_more_is_said_only_of_an_interval_above_nothing() -> None:
    said = read(Match(0.5, 0.5, 0.4, 0.1, (0.02, 0.15)))
    assert said == (
        "Held to the precision of #1 at p@1 ≥ 0.50, right in 80.0% of its answers, #2 answers more:"
        " 60.0% of the posts at p@1 ≥ 0.40, against 50.0% of the posts at p@1 ≥ 0.50 (+10.0 points,"
        f" 95% interval +2.0 to +15.0 points). {RETRAINING}"
    )
    assert "#2 answers less" in read(Match(0.5, 0.5, 0.6, -0.1, (-0.2, -0.01)))
    none = read(Match(0.5, 0.5, 0.4, 0.1, (-0.02, 0.15)))
    assert "these posts show no difference in how much #2 answers" in none
    assert RETRAINING not in none
    assert RETRAINING not in read(Match(0.5, 0.5, 0.4, 0.1, (0.02, 0.15)), one_model=True)


def test_what_cannot_be_reached_is_said() -> None:
    said = read(Match(0.5, 0.5, None, -0.5, (-0.6, -0.4)))
    assert "#2 can answer nothing: it is not as precise at any p@1" in said
    assert read(None) == "#1 answers no post at p@1 ≥ 0.50."


def test_a_comparison_of_older_code_has_none_of_it_and_is_still_read() -> None:
    document = to_json(summary(TEN, NONE))
    for key in ("confused", "confusions", "threshold"):
        del document[key]
    old = from_json(ComparisonSummary, document)
    assert (old.confused, old.confusions, old.threshold) == (None, None, None)
    assert confusions_sentence(old) == ""
    assert threshold_sentence(old, 0.5, baseline="#1", candidate="#2") == ""
