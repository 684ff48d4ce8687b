"""N-grams of lines: the same as a few lines of Python find."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.training.linear.ngrams import NGrams, ngrams

TEXTS = st.text(max_size=30) | st.text(alphabet="ab ", max_size=40)


def words_of(line: str) -> Counter[tuple[str, ...]]:
    tokens = [token for token in line.split(" ") if token]
    return Counter([(token,) for token in tokens] + list(itertools.pairwise(tokens)))


def parts_of(line: str, spelt: int) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for token in [token for token in line.split(" ") if token][:spelt]:
        spelling = ["begin", *token, "end"]
        found.update(
            tuple(spelling[start : start + size])
            for size in (3, 4, 5)
            for start in range(len(spelling) - size + 1)
        )
    return found


def part(grams: NGrams, number: int) -> dict[int, int]:
    where = slice(grams.bounds[number], grams.bounds[number + 1])
    keys, counts = grams.keys[where].tolist(), grams.counts[where].tolist()
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, counts, strict=True))


@given(st.lists(TEXTS, max_size=6), st.integers(0, 4))
def test_each_ngram_has_one_key_and_its_count(lines: list[str], spelt: int) -> None:
    grams = ngrams(lines, spelt=spelt)
    assert len(grams) == len(lines)
    assert grams.bounds[-1] == len(grams.keys) == len(grams.counts)
    keys: dict[object, int] = {}
    for number, line in enumerate(lines):
        for kind, expected in enumerate((words_of(line), parts_of(line, spelt))):
            # In both, an n-gram comes where it was seen first.
            found = part(grams, 2 * number + kind)
            assert sorted(found.values()) == sorted(expected.values())
            if kind == 0:
                singles = [gram for gram in expected if len(gram) == 1]
                for gram in singles:
                    alone = ngrams([gram[0]], spelt=0)
                    keys[gram] = int(alone.keys[0])
                    assert found[keys[gram]] == expected[gram]
    assert len(set(keys.values())) == len(keys)
    assert (grams.keys != 0).all()


@given(st.lists(TEXTS, max_size=6))
def test_a_line_is_read_the_same_alone_and_among_others(lines: list[str]) -> None:
    together = ngrams(lines)
    for number, line in enumerate(lines):
        alone = ngrams([line])
        where = slice(together.bounds[2 * number], together.bounds[2 * number + 2])
        np.testing.assert_array_equal(together.keys[where], alone.keys)
        np.testing.assert_array_equal(together.counts[where], alone.counts)


def test_words_that_swap_make_other_pairs_and_the_same_words() -> None:
    one, other = (part(ngrams([line], spelt=0), 0) for line in ("a b", "b a"))
    assert len(one) == len(other) == 3
    assert len(set(one) & set(other)) == 2


def test_characters_tell_the_begin_of_a_token_from_its_inside() -> None:
    begin, inside, mark = (part(ngrams([line]), 1) for line in ("cat", "xcat", "<cat"))
    assert len(set(begin) & set(inside)) == 3  # "cat", "at>", "cat>"
    assert set(begin) & set(mark) == set(begin) & set(inside)


def test_no_lines_have_no_ngrams() -> None:
    assert len(ngrams([])) == 0
    assert ngrams([]).bounds.tolist() == [0]
