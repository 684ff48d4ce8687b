"""Topic groups that lost accuracy, in the order of their losses."""

import numpy as np
import pytest
from scipy import stats

from core.drift.reading import Posts
from core.drift.topic_causes import confused, topic_changes
from core.stats.predictions import Predictions

NAMES = ("Cats", "dogs", "politics", "space", "unknown")
TOPICS = {"cats": "animals", "dogs": "animals", "politics": "news"}
KNOWN = np.array([True, True, True, True, False])


def drawn(seed: int, posts: int, right: tuple[float, ...]) -> Posts:
    """Posts of each label, right with its share; a wrong one is taken for the next label."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(NAMES), posts)
    first = np.where(rng.random(posts) < np.array(right)[truth], truth, (truth + 1) % 4)
    said = Predictions(truth, first[:, None], np.full((posts, 1), 0.5))
    return Posts(said, np.arange(posts), np.ones(posts, np.int32), np.zeros(posts, np.int32))


BEFORE = drawn(1, 4_000, (0.6, 0.6, 0.6, 0.6, 0.0))
AFTER = drawn(2, 1_500, (0.6, 0.6, 0.3, 0.6, 0.0))


def test_it_is_fishers_test_of_the_groups_with_q_values() -> None:
    found = topic_changes(BEFORE, AFTER, names=NAMES, known=KNOWN, topics=TOPICS)
    members = {"animals": [0, 1], "news": [2], "other": [3]}
    assert found[0].topic == "news"
    assert {each.topic for each in found} == set(members)
    tables = {
        topic: [
            [int(side.said.right[inside].sum()), int((~side.said.right[inside]).sum())]
            for side in (BEFORE, AFTER)
            if (inside := np.isin(side.said.truth, labels)).any()
        ]
        for topic, labels in members.items()
    }
    p_values = [stats.fisher_exact(tables[topic]).pvalue for topic in members]
    q_values = dict(zip(members, stats.false_discovery_control(p_values), strict=True))
    for each in found:
        (right, wrong), (now, wrong_now) = tables[each.topic]
        assert each.q_value == pytest.approx(q_values[each.topic])
        assert each.posts == now + wrong_now
        assert each.accuracy_reference == right / (right + wrong)
        assert each.accuracy == now / (now + wrong_now)
        assert each.interval[0] < each.accuracy - each.accuracy_reference < each.interval[1]


def test_the_order_of_posts_changes_nothing() -> None:
    order = np.random.default_rng(3).permutation(len(AFTER))
    said = AFTER.said
    mixed = Posts(
        Predictions(said.truth[order], said.top[order], said.probs[order]),
        *(AFTER.created, AFTER.words, AFTER.unknown),
    )
    expected = topic_changes(BEFORE, AFTER, names=NAMES, known=KNOWN, topics=TOPICS)
    assert topic_changes(BEFORE, mixed, names=NAMES, known=KNOWN, topics=TOPICS) == expected


def test_without_a_file_groups_are_what_the_model_takes_for_each_other() -> None:
    groups = confused(BEFORE, NAMES)
    assert set(groups) == {name.lower() for name in NAMES}
    found = topic_changes(BEFORE, AFTER, names=NAMES, known=KNOWN)
    assert {each.topic for each in found} <= set(groups.values()) | {"other"}
    assert sum(each.posts for each in found) == (AFTER.said.truth < 4).sum()
