"""Groups and worst cases are those of the posts, with intervals that hold the figure."""

import pandas as pd
import pytest

from core.evaluation.aggregate import aggregate
from core.reporting.limits import counts_of, groups, worst_slices, worst_subreddits
from core.stats.classification import label_counts
from core.stats.shares import share_interval
from tests.factories import make_table

RIGHT = {"cats": 9, "dogs": 3, "Python": 12, "space": 0}
"""Of each subreddit's 12 posts; the others are taken for Python, or for cats."""
TABLE = make_table(
    {
        f"{name}{number}": (name, name if number < right else wrong)
        for name, right in RIGHT.items()
        for wrong in ["cats" if name == "Python" else "Python"]
        for number in range(12)
    },
    model_labels=["cats", "dogs", "Python"],
)
SUBREDDITS = aggregate(TABLE).subreddits
TOPICS = {"cats": "animals", "dogs": "animals", "python": "code"}


def test_the_counts_are_those_that_were_counted() -> None:
    names = [TABLE.vocabulary.index(name) for name in SUBREDDITS["subreddit"]]
    counted = label_counts(TABLE.label, TABLE.first, labels=len(TABLE.vocabulary))
    found = counts_of(SUBREDDITS)
    for name in ("support", "predicted", "correct"):
        assert getattr(found, name).tolist() == getattr(counted, name)[names].tolist()


def test_groups_by_topic_the_lowest_accuracy_first() -> None:
    found = groups(SUBREDDITS, TOPICS)
    told = [(each.name, each.subreddits, each.posts, each.accuracy) for each in found]
    assert told == [("other", 1, 12, 0.0), ("animals", 2, 24, 0.5), ("code", 1, 12, 1.0)]
    assert [each.interval for each in found] == [
        share_interval(0, 12),
        share_interval(12, 24),
        share_interval(12, 12),
    ]


def test_the_worst_of_the_subreddits_that_it_knows() -> None:
    found, judged = worst_subreddits(SUBREDDITS, most=2)
    assert [each.subreddit for each in found] == ["dogs", "Python"]
    assert [each.f1 for each in found] == pytest.approx([2 * 3 / 15, 2 * 12 / 48])
    assert judged == 3
    for each in found:
        assert each.interval[0] < each.f1 < each.interval[1]


def test_few_posts_are_not_judged() -> None:
    few = SUBREDDITS.assign(support=9)
    assert worst_subreddits(few, most=2) == ((), 0)


def slices(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["dimension", "value", "posts", "accuracy_candidate"])


def test_the_worst_slices_but_for_topics_and_those_of_few_or_of_nearly_all_posts() -> None:
    found, judged = worst_slices(
        slices(
            ("kind of post", "link post", 60, 0.5),
            ("kind of post", "self post", 140, 0.25),
            ("flair", "rare", 49, 0.0),
            ("flair", "usual", 151, 0.75),
            ("audience", "all ages", 196, 0.1),
            ("audience", "over 18", 4, 0.0),
            ("topic", "cats", 100, 0.0),
            ("topic", "dogs", 100, 0.0),
        ),
        most=2,
    )
    assert [(each.name, each.posts, each.accuracy) for each in found] == [
        ("self post", 140, 0.25),
        ("link post", 60, 0.5),
    ]
    assert found[0].interval == share_interval(35, 140)
    assert judged == 3


def test_without_slices_there_is_no_worst() -> None:
    assert worst_slices(slices(), most=2) == ((), 0)
