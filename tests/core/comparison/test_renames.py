"""A subreddit under a new name is recognised by the posts that move together."""

from collections import Counter

import numpy as np

from core.comparison.align import Aligned
from core.comparison.renames import FEWEST_POSTS, Rename, suggest_renames

NAMES = ("cats", "cooking", "felines", "kittens", "python")
NONE = ""


def moved(counts: dict[tuple[str, str], int]) -> Aligned:
    """Posts that the baseline puts into the one subreddit, and the candidate into the other."""
    pairs = [pair for pair, posts in counts.items() for _ in range(posts)]
    places = {NONE: -1} | {name: i for i, name in enumerate(NAMES)}
    said = np.array([[places[name] for name in pair] for pair in pairs], np.int32).reshape(-1, 2)
    n = len(pairs)
    return Aligned(
        post_id=np.array([f"p{i}" for i in range(n)], dtype=object),
        truth=np.zeros(n, dtype=np.int32),
        baseline=said[:, :1],
        candidate=said[:, 1:],
        baseline_probs=np.ones((n, 1)),
        candidate_probs=np.ones((n, 1)),
        names=NAMES,
        shared=np.array([name in {"cooking", "python"} for name in NAMES]),
    )


def test_a_renamed_subreddit_is_found() -> None:
    posts = moved(
        {
            ("cats", "felines"): 60,
            ("cats", "cooking"): 20,
            ("cats", NONE): 5,
            ("python", "felines"): 15,
            ("python", "python"): 200,
        }
    )
    found = suggest_renames(posts, removed=["cats"], added=["felines"])
    assert found == [Rename("cats", "felines", posts=60, share=60 / 85)]


def test_half_of_the_posts_both_ways_is_not_enough() -> None:
    one_way = moved({("cats", "felines"): 50, ("cats", "cooking"): 50})
    assert suggest_renames(one_way, removed=["cats"], added=["felines"]) == []
    back = moved({("cats", "felines"): 50, ("python", "felines"): 50})
    assert suggest_renames(back, removed=["cats"], added=["felines"]) == []


def test_a_subreddit_that_was_split_is_matched_with_its_larger_part_alone() -> None:
    posts = moved({("cats", "felines"): 60, ("cats", "kittens"): 40})
    found = suggest_renames(posts, removed=["cats"], added=["felines", "kittens"])
    assert [(rename.removed, rename.added) for rename in found] == [("cats", "felines")]


def test_most_posts_come_first_and_few_posts_show_nothing() -> None:
    posts = moved({("cats", "felines"): FEWEST_POSTS, ("cooking", "kittens"): FEWEST_POSTS + 1})
    known = {"removed": ["cats", "cooking"], "added": ["felines", "kittens"]}
    found = suggest_renames(posts, **known)
    assert [rename.removed for rename in found] == ["cooking", "cats"]
    fewer = moved({("cats", "felines"): FEWEST_POSTS - 1})
    assert suggest_renames(fewer, **known) == []


def test_without_posts_or_anything_removed_or_added_nothing_is_suggested() -> None:
    posts = moved({("cats", "felines"): 60})
    assert suggest_renames(posts, removed=[], added=["felines"]) == []
    assert suggest_renames(posts, removed=["cats"], added=[]) == []
    assert suggest_renames(posts, removed=["never seen"], added=["nor this"]) == []
    assert suggest_renames(moved({}), removed=["cats"], added=["felines"]) == []


def test_no_subreddit_is_ever_matched_twice() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        counts = {(a, b): int(rng.integers(0, 40)) for a in NAMES[:3] for b in NAMES[2:]}
        found = suggest_renames(moved(counts), removed=NAMES[:2], added=NAMES[2:4])
        for names in ([one.removed for one in found], [one.added for one in found]):
            assert set(Counter(names).values()) <= {1}
