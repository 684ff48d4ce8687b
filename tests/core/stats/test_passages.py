"""Passages that lines share are found wherever they stand, and nothing else is."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.passages import COMMON, WIDTH, Passages, Sketch, share_held, sketch

FULL = 60
WORDS = [f"word{n}" for n in range(5_000)]


def text(rng: Random, words: int = 16) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def texts(count: int, seed: int) -> list[str]:
    rng = Random(seed)
    return [text(rng) for _ in range(count)]


def covered(lines: list[str], others: list[str], **more: int) -> list[int]:
    found = Passages([line.encode() for line in lines], **more)
    found.meet([other.encode() for other in others])
    return [int(value) for value in found.covered()]


def plainly(line: str, lines: list[str], others: list[str]) -> int:
    """The same, by looking at every passage."""
    mine = line.encode()
    if len(mine) < WIDTH:
        return len(mine) * (line in others)
    found = np.zeros(len(mine), dtype=bool)
    for start in range(len(mine) - WIDTH + 1):
        passage = mine[start : start + WIDTH]
        phrase = sum(passage in each.encode() for each in set(lines)) >= COMMON
        if not phrase and any(passage in other.encode() for other in others):
            found[start : start + WIDTH] = True
    return int(found.sum())


def test_half_a_line_is_found_and_a_line_among_others() -> None:
    one, two, other = texts(3, seed=1)
    half = one[: len(one) // 2]
    assert covered([one], [half]) == [len(half)]
    assert covered([one], [f"{two} {one} {other}"]) == [len(one)]
    assert covered([one], [half, one[len(one) // 2 :]]) == [len(one)]
    assert covered([one], [two, other]) == [0]


def test_a_short_line_is_found_as_a_whole_only() -> None:
    assert covered(["i love it", "so"], ["i love it"]) == [9, 0]
    assert covered(["i love it"], ["i love it so much that i cannot say"]) == [0]


def test_a_phrase_of_several_lines_tells_nothing_of_one_of_them() -> None:
    phrase = "what is the best way to find out whether it is so"
    lines = [f"{phrase} {text(Random(n), 3)}" for n in range(COMMON)]
    assert covered(lines[: COMMON - 1], [phrase]) == [len(phrase)] * (COMMON - 1)
    assert covered(lines, [phrase]) == [0] * COMMON
    assert covered([lines[0]] * COMMON, [phrase]) == [len(phrase)] * COMMON
    assert covered(lines, [lines[0][30:]])[0] > 0


def test_without_lines_there_is_nothing_to_find() -> None:
    assert covered([], ["a line"]) == []
    assert covered(["a line"], []) == [0]


PIECES = st.lists(st.text(st.sampled_from("ab é"), max_size=70), max_size=6)


@given(PIECES, PIECES, st.randoms(use_true_random=False))
def test_what_is_covered_is_what_looking_at_every_passage_finds(
    lines: list[str], others: list[str], rng: Random
) -> None:
    # Parts of the lines among the others, so that there is something to find.
    parts = [line[rng.randint(0, 20) : rng.randint(20, 70)] for line in lines]
    everything = [*others, *parts]
    assert covered(lines, everything) == [plainly(line, lines, everything) for line in lines]


def test_of_a_sample_less_is_found_but_never_too_much() -> None:
    lines = texts(200, seed=2)
    others = [line[10:80] for line in lines[:100]]
    exact, sampled = covered(lines, others), covered(lines, others, most=3_000)
    assert all(some <= every for some, every in zip(sampled, exact, strict=True))
    assert sum(sampled) > 0.7 * sum(exact)
    assert not any(sampled[100:])


def of(lines: list[str], *, most: int = 1 << 18) -> Sketch:
    return sketch([lines[:100], lines[100:]], width=WIDTH, most=most, below=FULL)


@pytest.mark.parametrize("most", [1 << 18, 2_000])
def test_a_sketch_tells_which_share_of_the_lines_another_holds(most: int) -> None:
    old, new = texts(2_000, seed=3), texts(2_000, seed=4)
    for share in (0.01, 0.1, 0.5, 1.0):
        count = round(share * 2_000)
        mixed = of([*old[:count], *new[count:]], most=most)
        assert share_held(mixed, of(old, most=most)) == pytest.approx(share, abs=0.03)


def test_a_line_counts_as_much_as_another_however_long_it_is() -> None:
    """Else a few long posts would hide that all the others are known."""
    rng = Random(5)
    short, long = [text(rng, 8) for _ in range(1_000)], [text(rng, 200) for _ in range(100)]
    assert share_held(of([*short, *long]), of(short)) == pytest.approx(10 / 11, abs=0.04)


def test_sketches_of_different_sizes_are_compared() -> None:
    lines = texts(3_000, seed=6)
    small, large = of(lines[:300]), of(lines, most=1_000)
    assert small.below > large.below
    assert share_held(small, large) == 1
    assert share_held(large, small) == pytest.approx(0.1, abs=0.03)


def test_a_sketch_of_nothing_holds_nothing() -> None:
    assert share_held(of([]), of(texts(10, seed=7))) == 0
    assert share_held(of(texts(10, seed=7)), of([])) == 0


def test_a_sketch_keeps_no_two_passages_that_overlap_much() -> None:
    """So that nobody can put a text together of them, byte by byte."""
    made = of(texts(500, seed=8))
    assert len(made.hashes) < 500 * 120 / 12
    assert np.all(np.diff(made.hashes.astype(object)) > 0)
