"""Many on few posts, a third of them on more."""

from collections import Counter

import numpy as np
import pytest

from core.tuning.halving import FEWEST, Job, Scored, leader, next_job, rungs


@pytest.mark.parametrize(
    ("posts", "sizes"),
    [
        (1, [1]),
        (3 * FEWEST - 1, [3 * FEWEST - 1]),
        (3 * FEWEST, [FEWEST, 3 * FEWEST]),
        (9 * FEWEST, [FEWEST, 3 * FEWEST, 9 * FEWEST]),
        (1_800_000, [200_000, 600_000, 1_800_000]),
    ],
)
def test_each_rung_has_a_third_of_the_posts_of_the_next(posts: int, sizes: list[int]) -> None:
    assert rungs(posts) == sizes


def run(scores: dict[int, float], jobs: int, *, top: int = 2) -> list[Scored]:
    """So many jobs one after the other, each scored by its configuration."""
    done: list[Scored] = []
    for _ in range(jobs):
        job = next_job(done, top=top)
        done.append(Scored(job, scores.get(job.configuration, 0.0)))
    return done


def test_the_defaults_are_tried_first_on_all_posts() -> None:
    assert next_job([], top=2) == Job(0, 2)
    assert run({}, 2)[1].job == Job(1, 0)


def test_the_best_third_of_a_rung_goes_on() -> None:
    done = run({1: 0.1, 2: 0.3, 3: 0.2}, 5)
    assert [one.job for one in done] == [Job(0, 2), Job(1, 0), Job(2, 0), Job(3, 0), Job(2, 1)]


def test_the_best_of_many_reaches_all_posts_and_few_others_do() -> None:
    rng = np.random.default_rng(0)
    scores = dict(enumerate(rng.random(200).tolist()))
    done = run(scores, 130)
    tried = Counter(one.job.rung for one in done)
    assert tried[0] > 2 * tried[1] > 4 * (tried[2] - 1) > 0
    seen = [one.job.configuration for one in done if one.job.rung == 0]
    best = max(seen[: len(seen) // 2], key=scores.__getitem__)
    assert Job(best, 2) in [one.job for one in done]
    assert len({one.job for one in done}) == len(done)


def test_with_one_rung_all_are_tried_on_all_posts() -> None:
    assert [one.job for one in run({}, 3, top=0)] == [Job(0, 0), Job(1, 0), Job(2, 0)]


def test_the_leader_is_the_best_of_the_highest_rung_that_is_not_finished() -> None:
    assert leader(run({}, 1), top=2) is None
    assert leader(run({1: 0.1, 2: 0.3}, 3), top=2) == Job(2, 2)
    assert leader(run({1: 0.9, 2: 0.3, 3: 0.2}, 5), top=2) == Job(1, 2)
    done = [Scored(Job(0, 2), 0.0), Scored(Job(1, 0), 0.9), Scored(Job(2, 1), 0.1)]
    assert leader(done, top=2) == Job(2, 2)
    assert leader([*done, Scored(Job(2, 2), 0.1)], top=2) == Job(1, 2)
