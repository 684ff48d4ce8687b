"""Languages: what a sample holds, and what is said of it."""

import numpy as np
import pytest

from core.quality.languages import MOST, Languages, Sample, languages

ENGLISH = (
    "Why does my cat bring me dead mice every single morning",
    "The committee decided to postpone the vote until the next session of parliament",
    "Looking for advice on how to repair the brakes of an old bicycle at home",
)
GERMAN = (
    "Warum bringt mir meine Katze jeden Morgen eine tote Maus nach Hause",
    "Der Ausschuss hat beschlossen, die Abstimmung auf die nächste Sitzung zu verschieben",
)


def test_languages_are_counted_with_their_share_among_the_clear_and_its_interval() -> None:
    found = languages([*ENGLISH * 10, *GERMAN * 5, "Ok", "…"])
    assert found.sample == 42
    assert found.unclear == 2
    english, german = found.found
    assert (english.language, english.posts, english.share) == ("en", 30, 0.75)
    assert (german.language, german.posts) == ("de", 10)
    low, high = english.interval
    assert (low, high) == pytest.approx((0.588, 0.873), abs=0.001)  # Clopper-Pearson, 30 of 40


def test_no_posts_are_in_no_language() -> None:
    assert languages([]) == Languages(sample=0, unclear=0, found=())


def test_a_sample_holds_all_of_few_and_so_many_of_more() -> None:
    sample = Sample(size=10)
    sample.take([f"a{n}" for n in range(4)])
    assert sorted(sample.texts) == ["a0", "a1", "a2", "a3"]
    for _ in range(5):
        sample.take([f"b{n}" for n in range(100)])
    assert len(sample.texts) == 10


def test_every_post_is_as_likely_to_be_in_the_sample_wherever_it_comes() -> None:
    rng, counts = np.random.default_rng(1), np.zeros(60)
    for _ in range(2_000):
        sample = Sample(size=10, rng=rng)
        for start in (0, 5, 50):
            end = {0: 5, 5: 50, 50: 60}[start]
            sample.take([str(n) for n in range(start, end)])
        counts[[int(text) for text in sample.texts]] += 1
    # Binomial(2000, 1/6): five standard deviations of 16.7.
    assert np.abs(counts - 2_000 / 6).max() < 84


def test_a_sample_keeps_the_beginning_of_a_long_post() -> None:
    sample = Sample(size=1)
    sample.take(["y" * 5_000])
    assert sample.texts == ["y" * MOST]
