"""Words and pairs become rows; padding stands for nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.training.pooled.reading import MOST_WORDS, padded, read, vocabulary

LINES = ["the cat sat", "the dog sat down", "a cat\tthe text\timgur.com", ""]


def rows(*words: str) -> dict[str, int]:
    return {word: row for row, word in enumerate(words, start=1)}


def test_words_that_enough_lines_have_are_known() -> None:
    assert vocabulary(LINES, min_df=2) == ("cat", "sat", "the")
    assert "imgur.com" not in vocabulary(LINES, min_df=1)
    assert vocabulary(["a a a"], min_df=2) == ()
    assert vocabulary([], min_df=1) == ()


def test_unknown_words_are_left_out_and_the_others_keep_their_order() -> None:
    tokens = read(LINES, rows("the", "cat", "sat"), buckets=1_000)
    assert tokens.starts.tolist() == [0, 3, 5, 7, 7]
    assert tokens.words.tolist() == [1, 2, 3, 1, 3, 2, 1]
    assert (tokens.pairs >= 1).all()
    assert (tokens.pairs <= 1_000).all()


def test_a_pair_is_the_same_wherever_it_stands_and_begins_anew_with_a_line() -> None:
    tokens = read(["a b c", "c a b", "a"], rows("a", "b", "c"), buckets=100_000)
    first, second, third = (
        tokens.pairs[slice(*tokens.starts[n : n + 2])].tolist() for n in range(3)
    )
    assert first[1] == second[2]
    assert first[0] == third[0]
    assert first[0] != second[1]
    assert len({*first, *second, *third}) == 5


def test_a_long_line_is_cut_off() -> None:
    tokens = read(["a " * 500], rows("a"), buckets=10)
    assert len(tokens.words) == MOST_WORDS


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), min_size=1, max_size=8))
def test_padding_is_row_0_and_nothing_else_is(lines: list[list[str]]) -> None:
    tokens = read(map(" ".join, lines), rows("a", "b", "c"), buckets=50)
    posts = np.arange(len(lines))[::-1]
    words, pairs, lengths = padded(tokens, posts)
    assert lengths.tolist() == [len(line) for line in lines[::-1]]
    assert words.shape == pairs.shape == (len(lines), max(1, *map(len, lines)))
    real = np.arange(words.shape[1]) < lengths[:, None]
    assert ((words > 0) == real).all()
    assert ((pairs > 0) == real).all()
    for row, line in zip(words, lines[::-1], strict=True):
        assert ["abc"[word - 1] for word in row if word] == line
