"""Generated posts have the shape that they are said to have."""

import numpy as np

from bench.corpus import BODY_SHARE, TITLE_WORDS, corpus


def test_the_same_seed_gives_the_same_posts_of_that_shape() -> None:
    posts, again = ([post for block in corpus(3_000, 40) for post in block] for _ in "ab")
    assert posts == again
    assert len({post.id for post in posts}) == 3_000
    assert len({post.subreddit for post in posts}) == 40
    moments = [post.created_utc for post in posts]
    assert moments == sorted(moments)
    lengths = [len(post.title.split()) for post in posts]
    assert min(lengths) >= 1
    assert abs(np.mean(lengths) - TITLE_WORDS) < 0.5
    assert abs(np.mean([bool(post.body) for post in posts]) - BODY_SHARE) < 0.05
